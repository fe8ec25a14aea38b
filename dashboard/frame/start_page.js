// Which view this browser begins with. Kept here, since without a proxy nobody says who sits before it.
export default function ({ data }) {
  const age = data.view ? 400 * 86400 : 0; // seconds; browsers keep nothing for longer
  document.cookie = `${data.name}=${data.view}; path=/; max-age=${age}; SameSite=Lax`;
}

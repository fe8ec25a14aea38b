// The address is made here: only the browser knows under which name it reaches the server.
export default function ({ data, parentElement }) {
  parentElement.querySelectorAll(".copy, .said").forEach((old) => old.remove());
  const row = document.createElement("div");
  row.className = "copy";
  const field = document.createElement("input");
  field.readOnly = true;
  const link = location.origin + location.pathname + (data.query ? `?${data.query}` : "");
  field.value = decodeURI(link); // readable; copied as programs that make links of text need it
  field.setAttribute("aria-label", data.words.link);
  field.onfocus = () => field.select();
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = data.words.copy;
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", "status");
  button.onclick = async () => {
    let done = false;
    try {
      await navigator.clipboard.writeText(link); // there over https and on this machine only
      done = true;
    } catch {
      field.focus();
      field.select();
      try {
        done = document.execCommand("copy");
      } catch {
        done = false;
      }
    }
    if (!done) field.select();
    said.textContent = done ? data.words.copied : data.words.by_hand;
  };
  row.append(field, button);
  parentElement.append(row, said);
}

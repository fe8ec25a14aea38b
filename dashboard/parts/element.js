// Stands before the scripts that build nodes.
function element(name, parent, text, classes) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (classes) made.className = classes;
  if (parent) parent.appendChild(made);
  return made;
}

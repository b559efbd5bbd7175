// Beneath each time that is typed, what it is on the event's other clocks. The server says it, as everywhere.

const form = document.querySelector("[data-clocks]");
const zone = form.elements.namedItem("zone");
for (const field of form.querySelectorAll("[data-wall]")) {
  const show = () => tell(field, document.getElementById(field.dataset.wall));
  field.addEventListener("input", show);
  zone.addEventListener("change", show);
  show();
}

async function tell(field, output) {
  const asked = new URLSearchParams({ wall: field.value, zone: zone.value });
  let text = "";
  try {
    const answer = await fetch(`${form.dataset.clocks}?${asked}`);
    if (answer.ok) ({ text } = await answer.json());
  } catch { /* Without a network the form still saves what was typed. */ }
  // An answer that was overtaken by more typing says nothing any more.
  if (asked.get("wall") !== field.value || asked.get("zone") !== zone.value) return;
  output.textContent = text;
  output.hidden = !text;
}

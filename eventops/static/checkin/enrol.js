// The PIN that came with a QR code, in the fragment, which is never sent to a server: it is filled in, and leaves the
// address bar at once.

const field = document.querySelector("#pin");
const pin = new URLSearchParams(location.hash.slice(1)).get("pin");

if (pin) {
  history.replaceState(null, "", location.pathname + location.search);
  if (field) field.value = pin;
}

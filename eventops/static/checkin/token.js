// The door's key. It comes in the address's fragment, which is never sent to a server, leaves the address bar
// at once, and is kept for this tab only.

const PLACE = "eventops-door-token";

export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return kept();
  history.replaceState(null, "", location.pathname + location.search);
  return keepToken(given);
}

export function keepToken(token) {
  try {
    sessionStorage.setItem(PLACE, token);
  } catch {
    // A browser that stores nothing keeps it until the page is closed.
  }
  return token;
}

export function forgetToken() {
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // Nothing was stored.
  }
  return "";
}

function kept() {
  try {
    return sessionStorage.getItem(PLACE) ?? "";
  } catch {
    return "";
  }
}

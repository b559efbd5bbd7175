// Asks the server about a scan. What comes back is always an answer to show, never an exception.

const ANSWER_MS = 4000;

// {verdict: "admitted" | "already_in" | "refused" | "problem", reason, name, first}, and unanswered: true
// when the server may have kept the scan without our hearing of it, so that it is sent again as it was.
export async function ask(url, token, scan) {
  if (!token) return { verdict: "problem", reason: "unauthorised", unanswered: true };
  try {
    const response = await post(url, token, scan);
    if (response.status === 401) return { verdict: "problem", reason: "unauthorised", unanswered: true };
    if (response.status >= 500 || response.status === 429) return noAnswer();
    if (!response.ok) return { verdict: "problem", reason: "unreadable" };
    return toAnswer((await response.json()).results[0]);
  } catch {
    return noAnswer();
  }
}

function post(url, token, scan) {
  return fetch(url, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ device_now: new Date().toISOString(), scans: [scan] }),
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}

function noAnswer() {
  return { verdict: "problem", reason: "no_answer", unanswered: true };
}

function toAnswer(result) {
  if (result.error) return { verdict: "problem", reason: "unreadable" };
  const { reason, name, first_scan_text: first } = result;
  if (result.verdict === "admitted") return { verdict: "admitted", name, first };
  return { verdict: reason === "already_in" ? "already_in" : "refused", reason, name, first };
}

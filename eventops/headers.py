"""What a browser may do with our pages. Nothing on a page is inline, so the policy needs no nonce."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCANNER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") + (
    "; worker-src 'self'; media-src 'self' blob:"
)
# Chromium holds a form's redirect against form-action too. A scheme is named and not the provider, whose address is
# no page's to tell.
LEAVING_POLICY = POLICY.replace("form-action 'self'", "form-action 'self' https:")

DECODER = "/checkin/decoder.js"
"""The end of the path of the scanner's worker: a worker obeys the policy of its own script, not that of its page."""

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=()"
SCANNER_PERMISSIONS = PERMISSIONS.replace("camera=()", "camera=(self)")

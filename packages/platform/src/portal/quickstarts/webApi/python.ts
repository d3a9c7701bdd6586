export const pythonProgram = `import base64
import json
import os
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import jwt
import msal
import requests

with open("parameters.json", encoding="utf-8") as file:
    parameters = json.load(file)
authority = parameters["authority"]
app = msal.ConfidentialClientApplication(
    parameters["client_id"],
    authority=authority,
    client_credential=parameters["secret"],
    instance_discovery=False,
)
trusted = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))
keys = jwt.PyJWKClient(authority + "/discovery/v2.0/keys", ssl_context=trusted)


def profile(token):
    """Get the user's profile from Graph on behalf of the user."""
    result = app.acquire_token_on_behalf_of(token, parameters["scope"])
    if "access_token" not in result:
        print(result.get("error_description", result["error"]), file=sys.stderr, flush=True)
        if result["error"] not in ("invalid_grant", "interaction_required"):
            return 500, None, None
        # Only the caller can prompt the user, so it gets the claims for that.
        claims = base64.b64encode(result.get("claims", "").encode()).decode()
        return 401, f'Bearer error="insufficient_claims", claims="{claims}"', None
    headers = {"Authorization": "Bearer " + result["access_token"]}
    return 200, None, requests.get(parameters["endpoint"], headers=headers, timeout=30).json()


def orders(_):
    return 200, None, {"orders": [{"id": 1, "article": "latch"}]}


# Users' tokens have scopes, programs' tokens have roles. Do not accept one in place of the other.
routes = {"/me": ("scp", "Profile.Read", profile), "/orders": ("roles", "Orders.Read.All", orders)}


def handle(path, authorization):
    """Return status, challenge and body."""
    if path not in routes:
        return 404, None, None
    claim, value, respond = routes[path]
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return 401, "Bearer", None
    try:
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["RS256"],
            audience=parameters["client_id"],
            issuer=authority + "/v2.0",
        )
    except jwt.PyJWTError as error:
        return 401, f'Bearer error="invalid_token", error_description="{type(error).__name__}"', None
    granted = claims.get(claim, [])
    if value not in (granted.split(" ") if isinstance(granted, str) else granted):
        return 403, f'Bearer error="insufficient_scope", scope="{value}"', None
    return respond(token)


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        authorization = self.headers.get("Authorization", "")
        status, challenge, body = handle(urlsplit(self.path).path, authorization)
        self.send_response(status)
        if challenge is not None:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        if body is not None:
            self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        """Log nothing: errors are printed where their reason is known."""


port = int(os.environ.get("PORT", "4000"))
server = ThreadingHTTPServer(("localhost", port), Api)
print(f"http://localhost:{port}", flush=True)
server.serve_forever()
`;

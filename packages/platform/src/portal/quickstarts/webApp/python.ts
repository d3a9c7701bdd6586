export const pythonProgram = `import json
import secrets
import sys
import warnings
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import msal
import requests

with open("parameters.json", encoding="utf-8") as file:
    parameters = json.load(file)
scopes = parameters["scope"]
redirect_uri = urlsplit(parameters["redirect_uri"])
app = msal.ConfidentialClientApplication(
    parameters["client_id"],
    authority=parameters["authority"],
    client_credential=parameters["secret"],
    instance_discovery=False,
)
# MSAL recommends form_post. The cookie below is sent only with redirects, so this uses a redirect.
warnings.filterwarnings("ignore", message="response_mode")
# By the key in the browser's cookie: the pending sign-in, and the signed-in account.
pending_sign_ins = {}
accounts = {}


def store(entries, value):
    key = secrets.token_urlsafe()
    entries[key] = value
    return f"webApp={key}; HttpOnly; SameSite=Lax; Path=/"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        cookie = SimpleCookie(self.headers.get("Cookie")).get("webApp")
        key = cookie.value if cookie else None
        url = urlsplit(self.path)
        if url.path == redirect_uri.path:
            self.finish_sign_in(pending_sign_ins.pop(key, None), dict(parse_qsl(url.query)))
        elif url.path != "/":
            self.show(404, "Page not found.")
        elif key in accounts:
            self.show_profile(accounts[key])
        else:
            flow = app.initiate_auth_code_flow(scopes, redirect_uri=parameters["redirect_uri"])
            self.redirect(flow["auth_uri"], store(pending_sign_ins, flow))

    def finish_sign_in(self, flow, response):
        if flow is None:
            return self.show(400, "No sign-in was started in this browser.")
        try:
            result = app.acquire_token_by_auth_code_flow(flow, response)
        except ValueError as error:
            return self.show_error(error)
        if "access_token" not in result:
            return self.show_error(result.get("error_description", result["error"]))
        username = result["id_token_claims"]["preferred_username"]
        self.redirect("/", store(accounts, app.get_accounts(username)[0]))

    def show_profile(self, account):
        result = app.acquire_token_silent_with_error(scopes, account=account) or {"error": "no token"}
        if "access_token" not in result:
            return self.show_error(result.get("error_description", result["error"]))
        headers = {"Authorization": "Bearer " + result["access_token"]}
        self.show(200, json.dumps(requests.get(parameters["endpoint"], headers=headers, timeout=30).json(), indent=2))

    def show_error(self, reason):
        print(reason, file=sys.stderr, flush=True)
        self.show(500, "Something went wrong. See the console for the reason.")

    def redirect(self, location, cookie):
        self.send_response(303)
        self.send_header("Location", location)
        self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def show(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Log nothing: the URLs of responses contain a code."""


server = ThreadingHTTPServer(("localhost", redirect_uri.port), Pages)
print(f"http://localhost:{redirect_uri.port}", flush=True)
server.serve_forever()
`;

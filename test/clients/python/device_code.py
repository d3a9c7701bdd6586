"""Signs a user in by device code, as documented, with MSAL Python against the local platform.

Prints a line of JSON with the prompt for the user, and one with the sources and users of two tokens, or the error.
"""

import json
import sys

import msal
import requests


def show(value):
    print(json.dumps(value), flush=True)


def run(config):
    app = msal.PublicClientApplication(config["client_id"], authority=config["authority"])
    flow = app.initiate_device_flow(scopes=config["scope"])
    show({"user_code": flow["user_code"], "verification_uri": flow["verification_uri"]})
    first = app.acquire_token_by_device_flow(flow)
    if "access_token" not in first:
        return {"error": first["error"], "error_codes": first["error_codes"]}
    second = app.acquire_token_silent(config["scope"], account=app.get_accounts()[0])
    headers = {"Authorization": "Bearer " + second["access_token"]}
    user = requests.get(config["endpoint"], headers=headers, timeout=30).json()["userPrincipalName"]
    return {"sources": [first["token_source"], second["token_source"]], "user": user}


with open(sys.argv[1], encoding="utf-8") as file:
    show(run(json.load(file)))

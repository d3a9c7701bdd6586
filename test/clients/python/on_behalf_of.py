"""Calls Graph from an API on behalf of the user who called the API, with MSAL Python against the local platform.

Prints one line of JSON: the sources and users of two tokens of the API, or the error.
"""

import json
import sys
import warnings

import msal
import requests

# MSAL Python warns about passwords on standard error each time.
warnings.simplefilter("ignore", DeprecationWarning)


def token_of_caller(config, scope):
    app = msal.PublicClientApplication(config["client_id"], authority=config["authority"])
    return app.acquire_token_by_username_password(config["username"], config["password"], [scope])["access_token"]


def run(config):
    api = config["api"]
    app = msal.ConfidentialClientApplication(
        api["client_id"], authority=config["authority"], client_credential=api["secret"]
    )
    first = app.acquire_token_on_behalf_of(token_of_caller(config, api["scope"]), config["scope"])
    if "access_token" not in first:
        return {"error": first["error"], "error_codes": first["error_codes"]}
    second = app.acquire_token_silent(config["scope"], account=app.get_accounts()[0])
    headers = {"Authorization": "Bearer " + second["access_token"]}
    user = requests.get(config["endpoint"], headers=headers, timeout=30).json()["userPrincipalName"]
    return {"sources": [first["token_source"], second["token_source"]], "user": user}


with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps(run(json.load(file))))

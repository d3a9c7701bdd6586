"""Signs a user in to a web application, as documented, with MSAL Python against the local platform.

Prints a line of JSON with the address to open, reads the address at which the browser returns to the application, and
prints a line with the sources and users of three tokens and the error of a request without consent; or the error.
"""

import json
import sys
from urllib.parse import parse_qsl, urlsplit

import msal
import requests


def show(value):
    print(json.dumps(value), flush=True)


def refusal(result):
    return {"error": result["error"], "error_codes": result["error_codes"]}


def run(config):
    app = msal.ConfidentialClientApplication(
        config["client_id"], authority=config["authority"], client_credential=config["secret"]
    )
    scopes = config["scope"]
    flow = app.initiate_auth_code_flow(scopes, redirect_uri=config["redirect_uri"])
    show({"auth_uri": flow["auth_uri"]})
    response = dict(parse_qsl(urlsplit(input()).query))
    first = app.acquire_token_by_auth_code_flow(flow, response)
    if "access_token" not in first:
        return refusal(first)
    account = app.get_accounts()[0]
    second = app.acquire_token_silent(scopes, account=account)
    third = app.acquire_token_silent(scopes, account=account, force_refresh=True)
    headers = {"Authorization": "Bearer " + third["access_token"]}
    return {
        "sources": [result["token_source"] for result in (first, second, third)],
        "renewed": third["access_token"] != first["access_token"],
        "account": account["home_account_id"],
        "name": first["id_token_claims"]["name"],
        "user": requests.get(config["endpoint"], headers=headers, timeout=30).json()["userPrincipalName"],
        "without_consent": refusal(app.acquire_token_silent_with_error(config["further_scope"], account=account)),
    }


with open(sys.argv[1], encoding="utf-8") as file:
    show(run(json.load(file)))

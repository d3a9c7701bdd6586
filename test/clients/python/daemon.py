"""The documented daemon, once for each parameters file, with MSAL Python against the local platform.

Prints one line of JSON per file: the sources of two tokens, the users that Graph listed, or the error.
"""

import json
import sys

import msal
import requests
from msal_extensions import FilePersistence, PersistedTokenCache


def credential(config, read):
    if config.get("secret"):
        return config["secret"]
    certificate = {"private_key": read(config["private_key_file"])}
    if config.get("thumbprint"):
        certificate["thumbprint"] = config["thumbprint"]
    else:
        certificate["public_certificate"] = read(config["certificate_file"])
    return certificate


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def acquire(app, scopes):
    result = app.acquire_token_silent(scopes, account=None)
    return result or app.acquire_token_for_client(scopes=scopes)


def application(config):
    # The platform's own host is not a known cloud: this is the documented opt-out from asking Microsoft about it.
    microsoft = config["authority"].startswith("https://login.microsoftonline.com/")
    return msal.ConfidentialClientApplication(
        config["client_id"],
        authority=config["authority"],
        client_credential=credential(config, read),
        token_cache=PersistedTokenCache(FilePersistence(config["cache_file"])) if "cache_file" in config else None,
        **({} if microsoft else {"instance_discovery": False}),
    )


def run(config):
    app = application(config)
    result = acquire(app, config["scope"])
    if "access_token" not in result:
        return {"error": result["error"], "error_codes": result.get("error_codes")}
    # Shows that the file's content is available to an application that has requested nothing itself.
    if "cache_file" in config:
        app = application(config)
    sources = [result["token_source"], acquire(app, config["scope"])["token_source"]]
    headers = {"Authorization": "Bearer " + result["access_token"]}
    users, url = 0, config["endpoint"]
    while url:
        answer = requests.get(url, headers=headers, timeout=30)
        body = answer.json()
        if answer.status_code != 200:
            return {"sources": sources, "status": answer.status_code, "error": body["error"]["code"]}
        users += len(body["value"])
        url = body.get("@odata.nextLink")
    return {"sources": sources, "status": 200, "users": users}


for path in sys.argv[1:]:
    try:
        print(json.dumps(run(json.loads(read(path)))), flush=True)
    except ValueError as error:
        # MSAL Python reports an unknown tenant while it is being constructed.
        print(json.dumps({"error": str(error)[:300]}), flush=True)

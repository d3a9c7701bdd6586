"""Signs a user in by user name and password, once for each parameters file, with MSAL Python against the local platform.

As documented, it looks for the user's account first; with a cache file of msal-extensions, the account may come from
another process. Prints one line of JSON per file: the source and the user of the token, or the error.
"""

import json
import sys
import warnings

import msal
import requests
from msal_extensions import FilePersistence, PersistedTokenCache

# MSAL Python warns about passwords on standard error each time.
warnings.simplefilter("ignore", DeprecationWarning)


def run(config):
    cache = PersistedTokenCache(FilePersistence(config["cache_file"])) if "cache_file" in config else None
    app = msal.PublicClientApplication(config["client_id"], authority=config["authority"], token_cache=cache)
    result = None
    for account in app.get_accounts(config["username"]):
        result = app.acquire_token_silent(config["scope"], account=account)
    if not result:
        result = app.acquire_token_by_username_password(config["username"], config["password"], config["scope"])
    if "access_token" not in result:
        return {"error": result["error"], "error_codes": result["error_codes"]}
    headers = {"Authorization": "Bearer " + result["access_token"]}
    user = requests.get(config["endpoint"], headers=headers, timeout=30).json()["userPrincipalName"]
    return {"sources": [result["token_source"]], "user": user}


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        print(json.dumps(run(json.load(file))), flush=True)

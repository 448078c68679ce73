"""A relying party and an application in another language: Authlib and requests, nothing of LocalSpine.

Reads what it needs as JSON from standard input and writes what it got as JSON to standard output.
"""

import json
import re
import sys
import time
import uuid
from html import unescape
from urllib.parse import parse_qs, urljoin, urlparse

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def sign_in(url, callback, user, ca):
    """Fills in the sign-in pages like a script: every field as the page has it, the user name in its place."""
    browser = requests.Session()
    browser.verify = ca
    reply = browser.get(url, allow_redirects=False)
    for _ in range(12):
        target = reply.headers.get("location")
        if target is not None:
            target = urljoin(reply.url, target)
            if target.startswith(callback):
                return target
            reply = browser.get(target, allow_redirects=False)
            continue
        form = re.search(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"[^>]*>(.*?)</form>', reply.text, re.S)
        fields = {}
        for tag in re.findall(r"<input\b[^>]*>", form.group(2)):
            name = re.search(r'\sname="([^"]*)"', tag).group(1)
            value = re.search(r'\svalue="([^"]*)"', tag).group(1)
            if 'type="radio"' not in tag or " checked" in tag:
                fields[name] = unescape(value)
        if "username" in fields:
            fields["username"] = user
        reply = browser.post(unescape(form.group(1)), data=fields, allow_redirects=False)
    raise RuntimeError("the pages did not lead back to the callback")


def cis2(given):
    """Authorisation code flow with PKCE at CIS2; ID token checked against the published keys; userinfo."""
    metadata = requests.get(given["issuer"] + "/.well-known/openid-configuration", verify=given["ca"]).json()
    client = OAuth2Session(
        given["clientId"],
        given["clientSecret"],
        scope="openid profile nationalrbacaccess selectedrole",
        redirect_uri=given["callback"],
        token_endpoint_auth_method="client_secret_post",
        code_challenge_method="S256",
    )
    client.verify = given["ca"]
    verifier = "v" * 64
    nonce = uuid.uuid4().hex
    url, state = client.create_authorization_url(metadata["authorization_endpoint"], nonce=nonce, code_verifier=verifier)
    back = sign_in(url, given["callback"], given["user"], given["ca"])
    token = client.fetch_token(metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
    keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"], verify=given["ca"]).json())
    options = {
        "iss": {"essential": True, "value": metadata["issuer"]},
        "aud": {"essential": True, "value": given["clientId"]},
        "nonce": {"essential": True, "value": nonce},
    }
    claims = JsonWebToken(["RS256"]).decode(token["id_token"], keys, claims_options=options)
    claims.validate()
    return {"claims": dict(claims), "userinfo": client.get(metadata["userinfo_endpoint"]).json()}


def combined(given):
    """Combined log-on at the API platform, then a refresh."""
    client = OAuth2Session(
        given["apiKey"], given["secret"], redirect_uri=given["callback"], token_endpoint_auth_method="client_secret_post"
    )
    client.verify = given["ca"]
    url, state = client.create_authorization_url(given["platform"] + "/authorize")
    back = sign_in(url, given["callback"], given["user"], given["ca"])
    token = client.fetch_token(given["platform"] + "/token", authorization_response=back, state=state)
    refreshed = client.refresh_token(
        given["platform"] + "/token",
        refresh_token=token["refresh_token"],
        client_id=given["apiKey"],
        client_secret=given["secret"],
    )
    return {"token": dict(token), "refreshed": dict(refreshed), "state": parse_qs(urlparse(back).query)["state"][0] == state}


def application(given):
    """Application-restricted access with a signed JWT."""
    claims = {
        "iss": given["unattendedKey"],
        "sub": given["unattendedKey"],
        "aud": given["platform"] + "/token",
        "jti": str(uuid.uuid4()),
        "exp": int(time.time()) + 240,
    }
    header = {"alg": "RS512", "typ": "JWT", "kid": given["kid"]}
    assertion = JsonWebToken(["RS512"]).encode(header, claims, given["privateKey"]).decode()
    form = {"grant_type": "client_credentials", "client_assertion_type": JWT_BEARER, "client_assertion": assertion}
    return requests.post(given["platform"] + "/token", data=form, verify=given["ca"]).json()


def main():
    given = json.load(sys.stdin)
    json.dump({"cis2": cis2(given), "combined": combined(given), "application": application(given)}, sys.stdout)


main()

"""The exact requests of Infisical's command line, and what it reads in the answers, over one kept-alive connection."""

import http.client
import json
import socket
import urllib.parse

from vault import VaultTestCase


class Wire:
    """One connection; `local` is its port, which changes when the server closes it in between."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)

    def send(self, method, path, body=None, headers=None, token=None):
        headers = {"User-Agent": "cli", "Accept": "application/json", **(headers or {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.headers = answer.headers
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode()

    @property
    def local(self):
        return self.connection.sock.getsockname()[1]


class CommandLineReplayTests(VaultTestCase):
    login_path = "/api/v1/auth/universal-auth/login/"

    def setUp(self):
        self.wire = Wire(self.vault.url)
        self.addCleanup(self.wire.connection.close)

    def login(self, identity="full", secret=None):
        body = json.dumps({"clientId": identity, "clientSecret": secret or self.secret(identity)})
        return self.wire.send("POST", self.login_path, body, {"Content-Type": "application/json"})

    def token(self, identity="full"):
        status, answer = self.login(identity)
        self.assertEqual(status, 200)
        return answer["accessToken"]

    def list_path(self, **changes):
        query = {"environment": "dev", "expandSecretReferences": "true", "includeImports": "true",
                 "includePersonalOverrides": "true", "projectId": self.project, "recursive": "false",
                 "secretPath": "/", **changes}
        return "/api/v4/secrets?" + urllib.parse.urlencode(query)

    def test_login_with_a_trailing_slash_then_a_v4_list_on_the_same_connection(self):
        token = self.token()
        port = self.wire.local
        status, answer = self.wire.send("GET", self.list_path(), token=token)
        self.assertEqual(status, 200)
        self.assertEqual(self.wire.local, port, "the connection was kept alive")
        self.assertEqual(self.wire.headers["content-type"], "application/json; charset=utf-8")
        values = {secret["secretKey"]: secret["secretValue"] for secret in answer["secrets"]}
        self.assertEqual(values["GH_PAT"], self.values["pat"])
        self.assertEqual(answer["imports"], [])

    def test_a_get_with_a_body_is_answered_and_the_body_ignored(self):
        token = self.token()
        body = json.dumps({"environment": "qa", "projectId": "x"})
        for _ in range(2):
            status, answer = self.wire.send(
                "GET", self.list_path(), body, {"Content-Type": "application/json"}, token)
            self.assertEqual((status, len(answer["secrets"])), (200, 2))

    def test_one_secret_as_the_agent_proxy_asks(self):
        query = {"expandSecretReferences": "true", "includeImports": "true", "environment": "dev", "secretPath": "/web",
                 "projectId": self.project, "type": "shared"}
        for name, value in (("HOST", "host"), ("SHARED", "shared")):
            status, answer = self.wire.send(
                "GET", f"/api/v4/secrets/{name}?" + urllib.parse.urlencode(query), token=self.token())
            self.assertEqual((status, answer["secret"]["secretValue"]), (200, self.values[value]))

    def test_the_older_command_line_reads_v3(self):
        query = {"environment": "dev", "expandSecretReferences": "true", "include_imports": "true",
                 "secretPath": "/web", "workspaceId": self.project}
        status, answer = self.wire.send(
            "GET", "/api/v3/secrets/raw?" + urllib.parse.urlencode(query), token=self.token())
        self.assertEqual(status, 200)
        self.assertEqual(answer["secrets"][0]["secretValue"], self.values["host"])
        self.assertEqual(answer["imports"][0]["environment"], "dev")

    def test_each_version_ignores_the_other_versions_spelling_of_imports(self):
        token = self.token()
        v3 = "/api/v3/secrets/raw?" + urllib.parse.urlencode(
            {"environment": "dev", "includeImports": "true", "secretPath": "/web", "workspaceId": self.project})
        self.assertNotIn("imports", self.wire.send("GET", v3, token=token)[1])
        v4 = "/api/v4/secrets?" + urllib.parse.urlencode(
            {"environment": "dev", "include_imports": "false", "secretPath": "/web", "projectId": self.project})
        self.assertEqual(len(self.wire.send("GET", v4, token=token)[1]["imports"]), 1)

    def test_writes_go_to_v3(self):
        token = self.token()
        body = {"workspaceId": self.project, "environment": "prod", "type": "shared", "secretPath": "/",
                "secretValue": " kept\n"}
        json_type = {"Content-Type": "application/json"}
        path = "/api/v3/secrets/raw/CLI"
        self.assertEqual(self.wire.send("POST", path, json.dumps(body), json_type, token)[0], 200)
        status, answer = self.wire.send("PATCH", path, json.dumps({**body, "secretValue": "two"}), json_type, token)
        self.assertEqual((status, answer["secret"]["version"]), (200, 2))
        old = self.wire.send(
            "GET", f"{path}?workspaceId={self.project}&environment=prod&version=1", token=token)[1]
        self.assertEqual(old["secret"]["secretValue"], "kept\n")
        self.assertEqual(self.wire.send("DELETE", path, json.dumps(body), json_type, token)[0], 200)

    def test_login_status(self):
        status, answer = self.wire.send("GET", "/api/v1/identities/details", token=self.token())
        self.assertEqual(status, 200)
        self.assertEqual(set(answer["identityDetails"]["organization"]), {"id", "name", "slug"})
        status, answer = self.wire.send("GET", "/api/v1/identities/details")
        self.assertEqual((status, answer["error"], answer["message"]), (401, "UnauthorizedError", "Token missing"))
        status, answer = self.wire.send("GET", "/api/v1/identities/details", token="not-a-token")
        self.assertEqual((status, answer["error"]), (403, "TokenError"))

    def test_status_needs_nothing(self):
        status, answer = self.wire.send("GET", "/api/status")
        self.assertEqual((status, answer["message"]), (200, "Ok"))
        self.assertRegex(answer["date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_a_wrong_secret(self):
        status, answer = self.login(secret="wrong")
        self.assertEqual((status, answer["message"]), (401, "Invalid credentials"))

    def test_form_login(self):
        body = urllib.parse.urlencode({"clientId": "full", "clientSecret": self.secret("full")})
        status, answer = self.wire.send(
            "POST", self.login_path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual((status, answer["tokenType"]), (200, "Bearer"))

    def test_renew_and_revoke(self):
        token = self.token()
        json_type = {"Content-Type": "application/json"}
        status, answer = self.wire.send(
            "POST", "/api/v1/auth/token/renew", json.dumps({"accessToken": token}), json_type)
        self.assertEqual((status, answer["tokenType"]), (200, "Bearer"))
        status, gone = self.wire.send(
            "POST", "/api/v1/auth/token/revoke", json.dumps({"accessToken": token}), json_type)
        self.assertEqual((status, gone), (200, {"message": "Successfully revoked access token"}))
        for each in (token, answer["accessToken"]):
            status, refused = self.wire.send("GET", self.list_path(), token=each)
            self.assertEqual((status, refused["message"]), (401, "Failed to authorize: token has been revoked"))

    def test_unknown_routes_and_the_web_interface(self):
        status, answer = self.wire.send("GET", "/api/v4/nothing?x=y")
        self.assertEqual(status, 404)
        self.assertEqual(answer, {
            "message": "Route GET:/api/v4/nothing?x=y not found", "error": "Not Found", "statusCode": 404})
        status, page = self.wire.send("GET", "/v1/auth/universal-auth/login")
        self.assertEqual(status, 200)
        self.assertTrue(self.wire.headers["content-type"].startswith("text/html"))
        self.assertIn("<html", page)

    def test_broken_requests(self):
        json_type = {"Content-Type": "application/json"}
        status, answer = self.wire.send("POST", self.login_path, "{", json_type)
        self.assertEqual((status, answer["error"], answer["message"]),
                         (500, "InternalServerError", "Something went wrong"))
        status, answer = self.wire.send("POST", self.login_path, '{"clientId":7}', json_type)
        self.assertEqual((status, answer["error"]), (422, "ValidationFailure"))
        self.assertEqual([issue["path"] for issue in answer["message"]], [["clientId"], ["clientSecret"]])
        self.assertEqual(self.wire.send("GET", self.list_path(recursive="yes"), token=self.token())[0], 422)
        status, answer = self.wire.send("GET", "/api/v1/identities/details", headers={"x-api-key": "k"})
        self.assertEqual((status, answer["error"]), (400, "BadRequest"))

    def test_a_body_over_one_mebibyte_is_refused(self):
        json_type = {"Content-Type": "application/json"}
        fits = json.dumps({"clientId": "x" * ((1 << 20) - 40), "clientSecret": "y"})
        self.assertEqual(self.wire.send("POST", self.login_path, fits, json_type)[0], 401)
        self.assertEqual(self.wire.send("POST", self.login_path, fits + " " * 80, json_type)[0], 413)

    def test_loopback_only(self):
        port = urllib.parse.urlsplit(self.vault.url).port
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        listening = {row[1] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
        self.assertEqual(listening, {f"{socket.htonl(0x7F000001):08X}:{port:04X}"})


class OlderServerTests(VaultTestCase):
    """A server without v4, with the old login message and a rate limit."""

    @classmethod
    def seed(cls):
        return {**super().seed(), "server": {
            "v4": False, "oldUnknownClientMessage": True, "rateLimit": {"requests": 3, "windowSeconds": 3600}}}

    def test_v4_is_absent_old_messages_and_the_rate_limit(self):
        wire = Wire(self.vault.url)
        self.addCleanup(wire.connection.close)
        status, answer = wire.send("GET", "/api/v4/secrets")
        self.assertEqual((status, answer["message"]), (404, "Route GET:/api/v4/secrets not found"))
        body = json.dumps({"clientId": "nobody", "clientSecret": "x"})
        answers = [wire.send("POST", "/api/v1/auth/universal-auth/login", body, {"Content-Type": "application/json"})
                   for _ in range(4)]
        self.assertEqual([status for status, _ in answers], [404, 404, 404, 429])
        self.assertEqual(answers[0][1]["message"], "No identity with specified client ID was found")
        self.assertEqual(answers[3][1]["error"], "RateLimitExceeded")
        wait = int(wire.headers["retry-after"])
        self.assertEqual(answers[3][1]["message"], f"Rate limit exceeded. Please try again in {wait} seconds")
        self.assertEqual(wire.headers["x-ratelimit-remaining"], "0")
        self.assertEqual(wire.send("GET", "/api/status")[0], 200)

"""The official Python SDK (infisicalsdk), unmodified."""

import time

from infisical_sdk import InfisicalSDKClient
from infisical_sdk.infisical_requests import APIError
from vault import VaultTestCase


class OfficialSDKTests(VaultTestCase):
    def client(self, identity="full"):
        client = InfisicalSDKClient(host=self.vault.url, cache_ttl=None)
        self.addCleanup(client.api.session.close)
        client.auth.universal_auth.login(client_id=identity, client_secret=self.secret(identity))
        return client

    def get(self, client, name, environment="dev", path="/", project=None, **more):
        return client.secrets.get_secret_by_name(
            name, project_id=project or self.project, environment_slug=environment, secret_path=path, **more)

    def refused(self, status, message, call, *arguments, **named):
        with self.assertRaises(APIError) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.status_code, status)
        self.assertIn(message, str(caught.exception))
        for value in self.values.values():
            self.assertNotIn(value, str(caught.exception.response))
        return caught.exception.response

    # Login

    def test_login_gives_a_token_and_its_life(self):
        client = InfisicalSDKClient(host=self.vault.url, cache_ttl=None)
        answer = client.auth.universal_auth.login(client_id="full", client_secret=self.secret("full"))
        self.assertEqual(answer.tokenType, "Bearer")
        self.assertEqual(answer.expiresIn, 2592000)
        self.assertEqual(answer.accessToken.count("."), 2)

    def login(self, identity, secret):
        client = InfisicalSDKClient(host=self.vault.url, cache_ttl=None)
        client.auth.universal_auth.login(client_id=identity, client_secret=secret)

    def test_a_wrong_secret_is_401(self):
        body = self.refused(401, "Invalid credentials", self.login, "full", "wrong")
        self.assertEqual(body["error"], "UnauthorizedError")
        self.assertRegex(body["reqId"], r"^req-[A-Za-z0-9]{14}$")

    def test_an_unknown_client_id_is_the_same_401(self):
        self.refused(401, "Invalid credentials", self.login, "nobody", "wrong")

    def test_an_untrusted_address_is_403_with_its_own_message(self):
        body = self.refused(403, "from the current IP address", self.login, "elsewhere", self.secret("elsewhere"))
        self.assertEqual(body["error"], "ForbiddenError")

    def test_an_expired_client_secret_says_so_once(self):
        self.refused(401, "expired client secret", self.login, "late", self.secret("late"))
        self.refused(401, "Invalid credentials", self.login, "late", self.secret("late"))

    def test_a_spent_client_secret_says_so_once(self):
        self.login("spent", self.secret("spent"))
        self.refused(401, "usage limit reached", self.login, "spent", self.secret("spent"))
        self.refused(401, "Invalid credentials", self.login, "spent", self.secret("spent"))

    def test_repeated_failures_lock_even_the_right_secret_out(self):
        for _ in range(2):
            self.refused(401, "Invalid credentials", self.login, "guessed", "wrong")
        self.refused(401, "temporarily locked", self.login, "guessed", self.secret("guessed"))

    # Reads

    def test_get_gives_every_field(self):
        secret = self.get(self.client(), "GH_PAT")
        self.assertEqual(secret.secretValue, self.values["pat"])
        self.assertEqual((secret.version, secret.type, secret.secretComment), (3, "shared", "push"))
        self.assertEqual((secret.workspace, secret.environment), (self.project, "dev"))
        self.assertEqual([tag["slug"] for tag in secret.tags], ["ci"])
        self.assertFalse(secret.secretValueHidden)

    def test_get_by_project_slug(self):
        secret = self.client().secrets.get_secret_by_name(
            "GH_PAT", project_slug="blog", environment_slug="dev", secret_path="/")
        self.assertEqual(secret.secretValue, self.values["pat"])

    def test_references_are_expanded_when_asked(self):
        client = self.client()
        expanded = self.get(client, "URL").secretValue
        self.assertEqual(expanded, "https://${web.HOST}/%(host)s/%(pat)s" % self.values)
        raw = self.get(client, "URL", expand_secret_references=False).secretValue
        self.assertEqual(raw, "https://${web.HOST}/${dev.web.HOST}/${GH_PAT}")

    def test_an_imported_secret_is_found_by_name(self):
        client = self.client()
        self.assertEqual(self.get(client, "SHARED", path="/web").secretValue, self.values["shared"])
        self.refused(404, "Secret with name 'SHARED' not found", self.get, client, "SHARED", path="/web",
                     include_imports=False)

    def test_list_gives_the_folder_and_its_imports(self):
        answer = self.client().secrets.list_secrets(
            project_id=self.project, environment_slug="dev", secret_path="/web")
        self.assertEqual([secret.secretKey for secret in answer.secrets], ["HOST"])
        self.assertEqual(answer.imports[0].secretPath, "/common")
        self.assertEqual(answer.imports[0].secrets[0]["secretValue"], self.values["shared"])

    def test_list_recursive_and_by_tag(self):
        client = self.client()
        everything = client.secrets.list_secrets(
            project_id=self.project, environment_slug="dev", secret_path="/", recursive=True)
        self.assertEqual(sorted(secret.secretKey for secret in everything.secrets),
                         ["GH_PAT", "HOST", "NESTED", "SHARED", "URL"])
        tagged = client.secrets.list_secrets(
            project_id=self.project, environment_slug="dev", secret_path="/", tag_filters=["ci"])
        self.assertEqual([secret.secretKey for secret in tagged.secrets], ["GH_PAT"])

    def test_list_without_values_hides_them(self):
        answer = self.client().secrets.list_secrets(
            project_id=self.project, environment_slug="dev", secret_path="/", view_secret_value=False)
        self.assertEqual({secret.secretValue for secret in answer.secrets}, {"<hidden-by-infisical>"})
        self.assertTrue(all(secret.secretValueHidden for secret in answer.secrets))

    # Refused reads

    def test_what_does_not_exist_is_404(self):
        client = self.client()
        self.refused(404, "Secret with name 'NOPE' not found", self.get, client, "NOPE")
        self.refused(404, "Folder with path '/' in environment with slug 'qa' not found", self.get, client, "GH_PAT",
                     environment="qa")
        self.refused(404, "Folder with path '/nope' in environment with slug 'dev' not found", self.get, client,
                     "GH_PAT", path="/nope")
        self.refused(404, "Project with", self.get, client, "GH_PAT", project="22222222-2222-4222-8222-222222222222")

    def test_an_expired_token_is_403_token_error(self):
        client = self.client("short")
        time.sleep(2)
        body = self.refused(403, "Your token has expired. Please re-authenticate.", self.get, client, "GH_PAT")
        self.assertEqual(body["error"], "TokenError")

    def test_a_second_login_with_an_expired_token_is_refused_too(self):
        client = self.client("short")
        time.sleep(2)
        self.refused(403, "Your token has expired", client.auth.universal_auth.login, client_id="full",
                     client_secret=self.secret("full"))

    def test_no_permission_is_403_before_existence(self):
        client = self.client("reader")
        for name in ("HOST", "NOPE"):
            body = self.refused(403, "You are not allowed to describeSecret on secrets", self.get, client, name,
                                path="/web")
            self.assertEqual(body["error"], "PermissionDenied")
            self.assertEqual(body["details"][0]["conditions"]["secretPath"], {"$glob": "/"})

    def test_a_value_that_may_not_be_read_is_refused_by_name_and_hidden_in_a_list(self):
        client = self.client("blind")
        body = self.refused(403, "view secret value on secret with name 'GH_PAT'", self.get, client, "GH_PAT")
        self.assertEqual(body["error"], "ForbiddenReadSecretError")
        answer = client.secrets.list_secrets(project_id=self.project, environment_slug="dev", secret_path="/")
        self.assertEqual({secret.secretValue for secret in answer.secrets}, {"<hidden-by-infisical>"})

    def test_an_identity_outside_the_project_is_refused(self):
        body = self.refused(403, "not a member of this project", self.get, self.client("stranger"), "GH_PAT")
        self.assertEqual(body["error"], "ProjectMembershipNotFound")

    def test_a_token_from_an_untrusted_address_is_refused_at_use(self):
        self.refused(403, "from the current IP address", self.get, self.client("token-elsewhere"), "GH_PAT")

    # Writes

    def test_create_update_rename_and_delete(self):
        secrets = self.client().secrets
        where = {"project_id": self.project, "environment_slug": "prod", "secret_path": "/"}
        made = secrets.create_secret_by_name("NEW", secret_value="one", secret_comment="why", **where)
        self.assertEqual((made.secretValue, made.version, made.secretComment), ("one", 1, "why"))
        changed = secrets.update_secret_by_name("NEW", secret_value="two", new_secret_name="NEWER", **where)
        self.assertEqual((changed.secretKey, changed.secretValue, changed.version), ("NEWER", "two", 2))
        self.assertEqual(secrets.get_secret_by_name("NEWER", **where).secretValue, "two")
        self.assertEqual(secrets.get_secret_by_name("NEWER", version="1", **where).secretValue, "one")
        secrets.delete_secret_by_name("NEWER", **where)
        self.refused(404, "not found", secrets.get_secret_by_name, "NEWER", **where)

    def test_refused_writes(self):
        where = {"project_id": self.project, "environment_slug": "dev", "secret_path": "/"}
        full = self.client().secrets
        self.refused(400, "Secret already exist: GH_PAT", full.create_secret_by_name, "GH_PAT", secret_value="x", **where)
        self.refused(404, "Secret does not exist: NOPE", full.update_secret_by_name, "NOPE", secret_value="x", **where)
        self.refused(404, "Secret does not exist: NOPE", full.delete_secret_by_name, "NOPE", **where)
        self.refused(422, "secretValue", full.create_secret_by_name, "EMPTY", **where)
        reader = self.client("reader").secrets
        self.refused(403, "You are not allowed to create", reader.create_secret_by_name, "X", secret_value="x", **where)
        self.refused(403, "You are not allowed to edit", reader.update_secret_by_name, "GH_PAT", secret_value="x", **where)
        self.refused(403, "You are not allowed to delete", reader.delete_secret_by_name, "GH_PAT", **where)

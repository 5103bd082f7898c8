"""The Rust-based client (infisical-python), unmodified."""

import time

from infisical_client import AuthenticationOptions, ClientSettings, InfisicalClient, UniversalAuthMethod
from infisical_client.schemas import (
    CreateSecretOptions, DeleteSecretOptions, GetSecretOptions, ListSecretsOptions, UpdateSecretOptions)
from vault import VaultTestCase


class RustSDKTests(VaultTestCase):
    def client(self, identity="full", secret=None):
        method = UniversalAuthMethod(client_id=identity, client_secret=secret or self.secret(identity))
        return InfisicalClient(ClientSettings(
            site_url=self.vault.url, cache_ttl=0, auth=AuthenticationOptions(universal_auth=method)))

    def where(self, environment="dev", path="/", project=None):
        return {"environment": environment, "project_id": project or self.project, "path": path}

    def refused(self, words, call, *arguments):
        with self.assertRaises(Exception) as caught:
            call(*arguments)
        self.assertIn(words, str(caught.exception))
        for value in self.values.values():
            self.assertNotIn(value, str(caught.exception))

    def test_get(self):
        secret = self.client().getSecret(GetSecretOptions(secret_name="GH_PAT", **self.where()))
        self.assertEqual((secret.secret_value, secret.version), (self.values["pat"], 3))

    def test_list_with_references(self):
        options = ListSecretsOptions(expand_secret_references=True, **self.where())
        secrets = {secret.secret_key: secret.secret_value for secret in self.client().listSecrets(options)}
        self.assertEqual(secrets, {
            "GH_PAT": self.values["pat"], "URL": "https://${web.HOST}/%(host)s/%(pat)s" % self.values})

    def test_list_with_imports(self):
        options = ListSecretsOptions(include_imports=True, **self.where(path="/web"))
        secrets = {secret.secret_key: secret.secret_value for secret in self.client().listSecrets(options)}
        self.assertEqual(secrets["HOST"], self.values["host"])

    def test_create_update_and_delete(self):
        client = self.client()
        where = self.where(environment="prod")
        made = client.createSecret(CreateSecretOptions(secret_name="NEW", secret_value="one", **where))
        self.assertEqual((made.secret_value, made.version), ("one", 1))
        changed = client.updateSecret(UpdateSecretOptions(secret_name="NEW", secret_value="two", **where))
        self.assertEqual((changed.secret_value, changed.version), ("two", 2))
        self.assertEqual(client.getSecret(GetSecretOptions(secret_name="NEW", **where)).secret_value, "two")
        gone = client.deleteSecret(DeleteSecretOptions(secret_name="NEW", **where))
        self.assertEqual(gone.secret_key, "NEW")
        self.assertEqual(client.listSecrets(ListSecretsOptions(**where)), [])

    def test_a_wrong_secret_is_401(self):
        get = GetSecretOptions(secret_name="GH_PAT", **self.where())
        self.refused("Invalid credentials", lambda: self.client(secret="wrong").getSecret(get))

    def test_what_does_not_exist_is_404(self):
        client = self.client()
        for where, name in ((self.where(), "NOPE"), (self.where(environment="qa"), "GH_PAT"),
                            (self.where(path="/nope"), "GH_PAT")):
            self.refused("not found", client.getSecret, GetSecretOptions(secret_name=name, **where))

    def test_no_permission_is_403(self):
        options = GetSecretOptions(secret_name="HOST", **self.where(path="/web"))
        self.refused("You are not allowed to describeSecret on secrets", self.client("reader").getSecret, options)
        options = CreateSecretOptions(secret_name="X", secret_value="x", **self.where())
        self.refused("You are not allowed to create on secrets", self.client("reader").createSecret, options)

    def test_an_expired_token_is_refused_or_renewed(self):
        client = self.client("short")
        options = GetSecretOptions(secret_name="GH_PAT", **self.where())
        self.assertEqual(client.getSecret(options).secret_value, self.values["pat"])
        time.sleep(2)
        self.refused("token has expired", client.getSecret, options)

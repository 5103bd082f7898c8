"""Starts the development vault for a test class."""

import json
import os
import secrets
import subprocess
import tempfile
import unittest


class Vault:
    """A running vault with the given seed; `ready` is its line of JSON."""

    def __init__(self, seed):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(seed, file)
            file.flush()
            self.process = subprocess.Popen(
                [os.environ["VAULTSCRIPT_DEV_VAULT"], "--port", "0", "--seed", file.name],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the vault did not start: exit code {self.process.wait()}")
        self.ready = json.loads(line)
        self.url = self.ready["url"]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code


class VaultTestCase(unittest.TestCase):
    """A class with one vault for all its tests. Values are random, so that none can be right by chance."""

    values = {name: f"{name}-{secrets.token_hex(8)}" for name in ("pat", "host", "shared", "hidden", "nested")}

    identities = {
        "full": {},
        "short": {"tokenTtl": 1},
        "reader": {"access": [{"environment": "dev", "path": "/", "actions": ["describe", "readValue"]}]},
        "blind": {"access": [{"environment": "dev", "path": "/**", "actions": ["describe"]}]},
        "stranger": {"projects": []},
        "elsewhere": {"trustedIps": ["10.0.0.0/8"]},
        "token-elsewhere": {"accessTokenTrustedIps": ["10.0.0.0/8"]},
        "late": {"secretTtl": -1},
        "spent": {"secretUses": 1},
        "guessed": {"lockout": {"threshold": 2}},
    }

    @classmethod
    def seed(cls):
        root = {
            "GH_PAT": {"value": cls.values["pat"], "comment": "push", "tags": ["ci"], "metadata": {"owner": "ops"},
                       "version": 3},
            "URL": "https://${web.HOST}/${dev.web.HOST}/${GH_PAT}",
        }
        return {
            "projects": [{"id": "11111111-1111-4111-8111-111111111111", "slug": "blog", "environments": {
                "dev": {"/": root, "/web": {"HOST": cls.values["host"]}, "/web/deep": {"NESTED": cls.values["nested"]},
                        "/common": {"SHARED": cls.values["shared"]},
                        "imports": {"/web": [{"environment": "dev", "path": "/common"}]}},
                "prod": {"/": {}}}}],
            "identities": [{"clientId": name, "clientSecret": cls.secret(name), **more}
                           for name, more in cls.identities.items()],
        }

    @staticmethod
    def secret(name):
        return f"client-secret-of-{name}"

    @classmethod
    def setUpClass(cls):
        cls.vault = Vault(cls.seed())
        cls.project = cls.vault.ready["projectId"]

    @classmethod
    def tearDownClass(cls):
        assert cls.vault.stop() == 0, "SIGTERM ends the vault with exit code 0"

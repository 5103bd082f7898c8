/// The seed format as the help shows it: lines of fewer than 80 columns, which the help does not wrap.
enum SeedFormat {
    /// A seed that can be used as it is.
    static let example = """
        {"projects": [{"id": "p1", "slug": "blog", "environments": {
           "dev": {"/": {"GH_PAT": "value-of-the-pat"}, "/web": {}}}}],
         "identities": [{"clientId": "id", "clientSecret": "for-tests-7f3a9c",
           "projects": ["p1"], "trustedIps": ["127.0.0.0/8"],
           "secretTtl": 0, "tokenTtl": 3600,
           "access": [{"environment": "dev", "path": "/**"}]}]}
        """

    /// The keys that the example does not have.
    static let notes = """
        secret       "value" (of 8 bytes or more: shorter words are masked
                     wherever they stand), or {"value", "comment", "tags": ["ci"],
                     "metadata": {"k": "v"}, "version": 3, "personal": "own"}
        project      "protected": [{"environment", "path"}]: folders where a
                     change only asks for approval
        environment  "imports": {"/": [{"environment": "dev", "path": "/x"}]}
                     "dynamic": {"/": [{"name", "ttl", "maxTtl",
                     "data": {"DB_USERNAME": "app-", "DB_PASSWORD": ""}}]}:
                     accounts that can be leased; what is given is a prefix
        identity     id, name, secretUses, secretRevoked, tokenMaxTtl, tokenUses,
                     accessTokenTrustedIps, lockout {"threshold",
                     "durationSeconds", "resetSeconds"}; a secretTtl of -1 is
                     a client secret that has expired already; also
                     subOrganizations, ending (tokensRevoked,
                     methodRevoked, notInOrganization, inactive),
                     methods {"oidc", "jwt", "kubernetes": the token;
                     "aws": {"accessKeyId", "secretAccessKey"}},
                     managesSecrets (its own client secrets)
        access       environment, path, secretName (patterns), actions
                     (describe, readValue, create, edit, delete)
        project      name, otherOrganization
        server       v4, batch, upsert, projectRoutes,
                     oldUnknownClientMessage, oldRenewMessage,
                     subOrganizations, requiredLoginFields, trustForwardedFor,
                     rateLimit {"requests", "windowSeconds",
                     "bucket": "read", "write" or "secrets"}
        """
}

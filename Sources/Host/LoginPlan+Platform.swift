import Diagnostics
import HostProtocol
import Providers
import SecretMemory

extension LoginPlan {
    /// What a platform's word is taken from.
    enum PlatformSource {
        /// A signed token that is there already.
        case token(SecretBytes)
        /// A file that the platform keeps fresh; read at each login.
        case file(TokenFile)
        /// GitHub Actions: asked for at each login.
        case github(url: String, token: SecretBytes, audience: String?)
        /// AWS: a request signed with these, or with what the container or the instance gives.
        case aws(AWSCredentialsSource)
    }
}

/// The methods that log in with what the platform says of us: where each platform puts it.
extension LoginPlanner {
    static let kubernetesTokenPath = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    static let kubernetesVariable = "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"

    /// What the method needs.
    ///
    /// - Throws: `.usage` that says where it was looked for, `.denied` for a path that only the script names.
    func platformIdentity(
        _ method: PlatformLogin.Method, _ asked: Asked, _ credentials: LoginCredentials
    ) throws(Failure) -> LoginIdentity {
        let file = credentials.file
        let name = "INFISICAL_MACHINE_IDENTITY_ID"
        let (ofFile, ofEnvironment) = (file?.setting(name), environment.setting(name))
        let identity = asked.identityID ?? ofFile ?? ofEnvironment
        guard let identity, !identity.isEmpty else {
            throw Failure(
                .usage, "login: the method \(method.rawValue) needs the id of the machine identity",
                reason: "\(name) is not in \(file?.path.printable ?? "the environment")",
                hint: "add it there, or say identityId = \"…\"; Infisical shows it where the identity is set up")
        }
        let (source, origin) = try source(method, asked, credentials)
        let named = [credentials.isOfScript ? nil : ofFile, ofEnvironment]
        return LoginIdentity(
            proof: .platform(method, identityID: identity, source), origin: origin,
            isNamedByScript: !named.contains(identity))
    }

    private func source(
        _ method: PlatformLogin.Method, _ asked: Asked, _ credentials: LoginCredentials
    ) throws(Failure) -> (LoginPlan.PlatformSource, IdentityOrigin) {
        if let handle = asked.jwt {
            guard method != .aws else {
                throw Failure(.usage, "login: the method aws takes no jwt", hint: "leave it out, or use oidc")
            }
            return (.token(try secret(handle)), .handle("jwt"))
        }
        if method != .aws, let found = token("INFISICAL_JWT", credentials.file) { return found }
        switch method {
        case .jwt:
            throw missing("JWT", "INFISICAL_JWT is not set", "set it, or hand over a handle: jwt = secret.env(NAME)")
        case .oidc:
            if let found = token("INFISICAL_OIDC_AUTH_JWT", credentials.file) { return found }
            return (try github(asked), .surroundings("the token of this GitHub job"))
        case .kubernetes:
            let file = TokenFile(try kubernetesPath(credentials), options, environment)
            return (.file(file), .surroundings("the token in \(file.path.printable)"))
        case .aws: return (.aws(awsSource()), .surroundings("the AWS identity of this machine"))
        }
    }

    /// A token of the file, else of the environment.
    private func token(_ name: String, _ file: CredentialsFile?) -> (LoginPlan.PlatformSource, IdentityOrigin)? {
        if let token = file?.secret(name) { return (.token(token), .file) }
        return environment.credential(name).map { (.token($0), .surroundings("\(name) of the environment")) }
    }

    /// The host would read any file of the user's that a script could name, and send it: only the user names one.
    private func kubernetesPath(_ credentials: LoginCredentials) throws(Failure) -> String {
        let name = Self.kubernetesVariable
        guard let named = text(credentials.file?.secret(name)) else {
            return environment.setting(name) ?? Self.kubernetesTokenPath
        }
        guard credentials.isOfScript, let file = credentials.file else { return named }
        throw Failure(
            .denied, "login: \(name) in \(file.path.printable) is not followed",
            reason:
                "only the script names that file, and a script may not choose which file is sent to a host; nothing "
                + "has been read",
            hint: "set it yourself: in the environment, in a profile of yours, or name the file with --credentials")
    }

    private func github(_ asked: Asked) throws(Failure) -> LoginPlan.PlatformSource {
        guard let url = text(environment.credential("ACTIONS_ID_TOKEN_REQUEST_URL")),
            let token = environment.credential("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        else {
            throw missing(
                "OIDC token", "neither INFISICAL_JWT nor, as in GitHub Actions, ACTIONS_ID_TOKEN_REQUEST_URL is set",
                "GitHub: permissions: { id-token: write }; GitLab: id_tokens: { INFISICAL_JWT: { aud: … } }; elsewhere "
                    + "hand over a handle: jwt = secret.env(NAME)")
        }
        return .github(url: url, token: token, audience: asked.audience)
    }

    private func missing(_ what: String, _ reason: String, _ hint: String) -> Failure {
        Failure(.usage, "login: there is no \(what) to log in with", reason: reason, hint: hint)
    }

    private func awsSource() -> AWSCredentialsSource {
        var source = AWSCredentialsSource()
        source.region = environment.setting("AWS_REGION") ?? environment.setting("AWS_DEFAULT_REGION") ?? "us-east-1"
        if let id = text(environment.credential("AWS_ACCESS_KEY_ID")),
            let key = environment.credential("AWS_SECRET_ACCESS_KEY")
        {
            source.keys = AWSCredentialsSource.Keys(
                id: id, secret: key, sessionToken: environment.credential("AWS_SESSION_TOKEN"))
        }
        source.containerPath = text(environment.credential("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
        source.containerURL = text(environment.credential("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
        source.containerToken = environment.credential("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        source.metadataEndpoint = environment.setting("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        source.asksInstance = environment.setting("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true"
        return source
    }
}

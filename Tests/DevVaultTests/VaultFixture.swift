import Foundation

@testable import vaultscript_dev_vault

/// A vault from a seed text, with a clock that tests move by hand.
struct VaultFixture {
    var vault: Vault
    var now = Date(timeIntervalSince1970: 1_790_000_000)

    /// - Parameter identity: Members of the one identity beside its `clientId` "id" and `clientSecret` "right".
    init(identity: String = "", server: String = "{}", imports: String = "{}") throws {
        let more = identity.isEmpty ? "" : ", \(identity)"
        let text = """
            {"projects":[
              {"id":"p1","slug":"blog","environments":{"dev":{
                "/":{"GH_PAT":"ghp_1","BOTH":{"value":"shared","personal":"own","tags":["ci"],"metadata":{"a":"b"}},
                     "LOCAL":"<${GH_PAT}>","FAR":"${dev.web.HOST}","NONE":"${NOPE}/${prod.X}","LOOP":"a${LOOP}",
                     "PING":"${PONG}","PONG":"p${PING}"},
                "/web":{"HOST":"h${GH_PAT}","GH_PAT":"web"},"/a/b/c":{"DEEP":"d"},"/common":{"SHARED":"s","HOST":"no"},
                "imports":\(imports)}}},
              {"id":"p2","environments":{"dev":{}}}],
             "identities":[{"clientId":"id","clientSecret":"right"\(more)}],"server":\(server)}
            """
        let seed = try Seed(Data(text.utf8), name: "test", now: now)
        vault = Vault(state: seed.state, settings: seed.settings)
    }

    mutating func advance(_ seconds: Double) { now += seconds }

    /// Sends a request and gives back status and body.
    mutating func send(
        _ method: String, _ path: String, body: JSON? = nil, token: String? = nil, headers: [String: String] = [:],
        peer: String = "127.0.0.1"
    ) throws -> (status: Int, body: JSON) {
        let answer = respond(method, path, body: body, token: token, headers: headers, peer: peer)
        return (answer.status, try JSON(parsing: answer.body))
    }

    /// The whole answer, headers too.
    mutating func respond(
        _ method: String, _ path: String, body: JSON? = nil, token: String? = nil, headers: [String: String] = [:],
        peer: String = "127.0.0.1"
    ) -> APIResponse {
        let halves = path.split(separator: "?", maxSplits: 1).map(String.init)
        var request = APIRequest(method: method, path: halves[0], query: halves.count > 1 ? halves[1] : "")
        request.headers = headers
        request.peer = peer
        if let body {
            request.body = body.data
            request.headers["content-type"] = request.headers["content-type"] ?? "application/json"
        }
        if let token { request.headers["authorization"] = "Bearer \(token)" }
        return vault.handle(request, now: now)
    }

    /// A login; its status and message, or `ok`.
    mutating func login(_ secret: String = "right", id: String = "id", peer: String = "127.0.0.1") throws -> String {
        let answer = try send(
            "POST", "/api/v1/auth/universal-auth/login",
            body: ["clientId": .string(id), "clientSecret": .string(secret)], peer: peer)
        return answer.status == 200 ? "ok" : "\(answer.status) \(answer.body["message"]?.string ?? "")"
    }

    /// A fresh token.
    mutating func token() throws -> String {
        let answer = try send(
            "POST", "/api/v1/auth/universal-auth/login", body: ["clientId": "id", "clientSecret": "right"])
        return answer.body["accessToken"]?.string ?? ""
    }

    /// Status and message of a request, or the status alone when there is no message.
    mutating func outcome(
        _ method: String, _ path: String, body: JSON? = nil, token: String? = nil, headers: [String: String] = [:],
        peer: String = "127.0.0.1"
    ) throws -> String {
        let answer = try send(method, path, body: body, token: token, headers: headers, peer: peer)
        return answer.body["message"]?.string.map { "\(answer.status) \($0)" } ?? "\(answer.status)"
    }

    /// A v4 read of one secret: its value.
    mutating func value(_ name: String, _ more: String = "") throws -> String? {
        let path = "/api/v4/secrets/\(name)?projectId=p1&environment=dev\(more)"
        return try send("GET", path, token: try token()).body["secret"]?["secretValue"]?.string
    }

    /// The rows of a list as `NAME=value`.
    mutating func list(_ path: String) throws -> [String] {
        let rows = try send("GET", path, token: try token()).body["secrets"]?.array ?? []
        return rows.map { "\($0["secretKey"]?.string ?? "")=\($0["secretValue"]?.string ?? "")" }
    }
}

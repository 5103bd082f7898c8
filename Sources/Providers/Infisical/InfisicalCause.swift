/// Why an instance refused or did not answer, for programs: `Failure.cause` holds its raw value.
///
/// The words for a person are made where the cause is found (`InfisicalFailures`), and nowhere else.
public enum InfisicalCause: String, Sendable, CaseIterable {
    // A login is refused (table 3.2).
    case invalidCredentials, unknownClient, clientAddress, locked, expiredSecret, usedUpSecret
    case unknownOrganization, notInOrganization, staleHeader, invalidForm
    // A token is refused (table 3.3).
    case expiredToken, malformedToken, wrongAlgorithm, otherInstance, emptyToken, missingToken, revokedToken
    case revokedTokens, revokedSecret, revokedMethod, leftOrganization, inactiveMembership, usedUpToken, endedToken
    case unusableClaims, tokenAddress
    // Something may not be read or is not there (table 3.4).
    case unknownProject, otherOrganization, notInProject, unknownPlace, unknownSecret, notPermitted, hiddenValue
    case hiddenReference, policy, wrongTokenKind, alreadyThere, missingParameter, needsProjectID
    // Too much at once (table 3.5), and no API at all.
    case tooManyRequests, serverFault, webPage, noRoute, notJSON, otherService
    /// The answer is larger than one that is taken.
    case tooLarge
    /// Words of the server that are not known.
    case unknown
}

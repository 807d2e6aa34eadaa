// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

/**
 * Why something was refused: the same names in the API, the logs, the metrics and the docs ({@code
 * docs/refusals.md} says what to do about each). A refusal is an ordinary outcome, never an
 * exception.
 */
public enum Refusal {
  // A request's signature (DESIGN section 2.9 and 2.10).
  UNSIGNED(401, "the request carries no signature with tag \"signet\" or no identity token"),
  MALFORMED_SIGNATURE(400, "the signature fields break RFC 9421 or the profile"),
  INSUFFICIENT_COVERAGE(401, "the signature does not cover a component that the profile requires"),
  BAD_SIGNATURE(401, "the signature does not verify with the key that the token is bound to"),
  STALE(401, "the signature is expired, too long-lived or created in the future"),
  REPLAYED(401, "a signature with this nonce was accepted before"),
  REPLAY_MEMORY_FULL(503, "the replay memory is full; nothing can be accepted safely"),
  BODY_MISMATCH(401, "the body is not the one whose digest was signed"),
  WRONG_AUTHORITY(401, "the request names an authority or scheme that this service is not"),
  UNKNOWN_KEY(401, "the signing key is not the one that the identity token is bound to"),
  TOKEN_MALFORMED(401, "the identity token is not a compact JWS with the expected claims"),
  TOKEN_EXPIRED(401, "the identity token is outside its validity"),
  TOKEN_UNTRUSTED(401, "the identity token was not signed by a trusted verifier key"),
  REVOKED(401, "the agent, launch, key, host, TPM or measurement was revoked"),
  TRUST_STALE(503, "the newest trust snapshot is too old to decide on"),
  // Hosts and TPMs (sections 2.1 and 2.2).
  UNTRUSTED_TPM(403, "the endorsement key certificate does not lead to a pinned maker"),
  UNTRUSTED_PLATFORM(403, "the platform certificate is not a configured issuer's for this TPM"),
  PLATFORM_CERTIFICATE_MISSING(403, "a platform certificate is required; the host showed none"),
  NOT_ADMITTED(403, "no operator admitted this host"),
  AK_REJECTED(403, "the attestation key does not have the required properties"),
  AK_EXISTS(409, "the host has a live attestation key; an operator must reset it first"),
  ACTIVATION_FAILED(403, "the credential was not activated by the TPM that it was made for"),
  // Evidence and its appraisal (sections 2.3 to 2.8).
  WRONG_NONCE(403, "the nonce is unknown, used, expired or for another purpose"),
  BAD_QUOTE(403, "the quote is malformed, not a quote, or not signed by the attestation key"),
  WRONG_PCRS(403, "the quote does not cover exactly the PCRs that were asked for"),
  LOG_DOES_NOT_REPLAY(403, "the launch log does not lead to the quoted register value"),
  REGISTER_REJECTED(403, "the launch register is not one that can be believed or is accepted"),
  NO_LIVE_LAUNCH(403, "the launch log has no live launch of this agent with this key"),
  FIRMWARE_LOG_MALFORMED(403, "the firmware event log is not one, or not a whole one"),
  FIRMWARE_LOG_MISSING(403, "the registration is judged by a firmware event log; none was sent"),
  FIRMWARE_LOG_DOES_NOT_REPLAY(403, "the firmware event log does not lead to the quoted PCRs"),
  BOOT_NOT_APPROVED(403, "the boot state is not the one that the registration expects"),
  IMA_LOG_DOES_NOT_REPLAY(403, "IMA's log does not lead to the quoted value of PCR 10"),
  IMA_LOG_CONTINUES(409, "IMA's log is longer than one message; send the next piece"),
  IMA_NOT_APPROVED(403, "IMA measured something that the policy does not allow"),
  CLOCK_ROLLED_BACK(403, "the TPM's clock or counters went back; was it cleared or cloned?"),
  FIRMWARE_TOO_OLD(403, "the TPM's firmware is older than its maker's floor"),
  CONCURRENT_USE(403, "the TPM's key seems to be in use in two places"),
  BAD_PROOF_OF_POSSESSION(403, "the key did not sign what would prove that it is there"),
  BAD_KEY_CERTIFICATION(403, "the attestation key did not certify this resident request key"),
  BAD_LEASE(403, "the lease has ended, is too long, or its key did not sign"),
  KEY_NOT_PERMITTED(403, "the registration wants the request key kept or used otherwise"),
  STATEMENT_MALFORMED(403, "the reference statement is not one"),
  STATEMENT_UNTRUSTED(403, "the reference statement was not signed by a registered signer"),
  STATEMENT_EXPIRED(403, "the reference statement is outside its validity"),
  MEASUREMENT_MISMATCH(403, "what was launched is not what the reference statement names"),
  ROLLED_BACK(403, "the security version is below the floor"),
  NOT_REGISTERED(403, "the agent is not registered, or not for this host"),
  // Calls.
  NOT_PERMITTED(403, "the caller may not do this"),
  UNAUTHENTICATED(401, "the caller's credentials are missing or wrong"),
  MALFORMED_MESSAGE(400, "the message is not what the API document says"),
  TOO_LARGE(413, "the message is over its limit"),
  NOT_FOUND(404, "there is no such thing"),
  METHOD_NOT_ALLOWED(405, "the resource does not have this method"),
  CONFLICT(409, "the thing exists already or is in another state"),
  RATE_LIMITED(429, "too many calls; wait and try again");

  private final int status;
  private final String meaning;

  Refusal(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  /** The HTTP status that goes with it. */
  public int status() {
    return status;
  }

  /** One sentence for the caller; tells nothing about other agents. */
  public String meaning() {
    return meaning;
  }
}

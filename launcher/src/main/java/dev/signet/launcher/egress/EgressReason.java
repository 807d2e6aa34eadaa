// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

/**
 * Why the proxy answered a request itself instead of the upstream. The names are stable: agents may
 * decide by them. The HTTP status beside each is the one the agent gets.
 */
public enum EgressReason {
  /** The request is not strict HTTP/1.1, or its framing can be read in two ways. */
  MALFORMED_REQUEST(400, "The request could not be read safely"),
  /** A field that makes a service act on another method or target than the signed one. */
  OVERRIDE_FIELD(400, "Fields that override the method or target are not forwarded"),
  /** A target that this proxy does not serve, such as an unknown route. */
  NO_SUCH_TARGET(404, "The proxy has no such target"),
  /** Neither the agent's signed statement nor, perhaps, the host's operator permits the request. */
  NOT_PERMITTED(403, "The agent is not permitted to send this request"),
  /** The host is at an address that is not of the public Internet, and that nobody named. */
  ADDRESS_NOT_PERMITTED(403, "The agent is not permitted to reach this address"),
  /** TRACE and TRACK send the signed request back to whoever asked. */
  METHOD_REFUSED(405, "The method is not forwarded"),
  /** A tunnel within a tunnel, or one through a proxy that was started without an authority. */
  CONNECT_UNSUPPORTED(501, "This tunnel is not opened"),
  /** Within a tunnel, a request that names another host than the tunnel was opened for. */
  MISDIRECTED(421, "The request is for another host than its tunnel"),
  /** The connection does not come from the agent that this proxy signs for. */
  PEER_REFUSED(403, "The connection is not from the agent of this proxy"),
  /** The body is longer than the proxy may sign. */
  BODY_TOO_LARGE(413, "The request body is too large to be signed"),
  /** The header section is longer, or has more fields, than allowed. */
  FIELDS_TOO_LARGE(431, "The request header is too large"),
  /** The agent was too slow to send its request. */
  REQUEST_TIMEOUT(408, "The request did not arrive in time"),
  /** More connections than the proxy serves. */
  TOO_MANY_CONNECTIONS(503, "The proxy is serving its maximum of connections"),
  /** There is no attested identity to sign with, now. */
  NOT_ATTESTED(502, "The agent is not attested at this moment"),
  /** The request could not be signed although there is an identity. */
  SIGNING_FAILED(502, "The request could not be signed"),
  /** More requests wait for the TPM's signature than it can make in time. */
  SIGNER_BUSY(503, "The signing key has too much to sign at this moment"),
  /** The body could not be kept while its digest was made, for example on a full disk. */
  SPOOL_FAILED(507, "The request body could not be stored for signing"),
  /** All bodies under way together fill what the proxy may keep. */
  SPOOL_FULL(503, "The proxy is keeping its maximum of request bodies"),
  /** A rule adds a secret that nobody put. */
  SECRET_MISSING(502, "A secret that goes with this request is missing"),
  /** A rule adds a secret that does not open: damaged, moved, or put for an earlier key. */
  SECRET_UNREADABLE(502, "A secret that goes with this request cannot be read"),
  /** A rule adds a secret, and the request would have carried it in the clear. */
  SECRET_NEEDS_TLS(403, "Secrets leave over https only"),
  /** The answer to a request with a secret is compressed, so that nobody sees what is in it. */
  ANSWER_ENCODED(502, "The answer cannot be looked through for the secret"),
  /** Name resolution, connecting, or sending to the upstream failed. */
  UPSTREAM_UNREACHABLE(502, "The upstream could not be reached"),
  /** The upstream's certificate or TLS version was not accepted. */
  UPSTREAM_TLS(502, "The upstream could not be authenticated"),
  /** The upstream answered something that is not HTTP, or stopped before its answer's header. */
  UPSTREAM_BROKEN(502, "The upstream's answer could not be read"),
  /** The upstream did not answer in time. */
  UPSTREAM_TIMEOUT(504, "The upstream did not answer in time");

  private final int status;
  private final String title;

  EgressReason(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** Whether the upstream failed, rather than the launcher refused. */
  boolean ofUpstream() {
    return switch (this) {
      case UPSTREAM_UNREACHABLE, UPSTREAM_TLS, UPSTREAM_BROKEN, UPSTREAM_TIMEOUT -> true;
      default -> false;
    };
  }

  /** The HTTP status that the agent gets. */
  public int status() {
    return status;
  }

  /** One line for people, the same for every occurrence. */
  public String title() {
    return title;
  }
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.verifierservice.registry.AgentRegistration.Svids;
import java.util.List;
import picocli.CommandLine.Option;

/** What an agent may have beside its identity token. */
final class SvidOptions {
  @Option(names = "--x509-svid", description = "It may have X509-SVIDs.")
  private boolean x509;

  @Option(names = "--wit-svid", description = "It may have WIT-SVIDs of keys that it holds.")
  private boolean wit;

  @Option(
      names = "--jwt-audience",
      paramLabel = "AUDIENCE",
      description = "It may have JWT-SVIDs for this audience. May be repeated.")
  private List<String> jwt;

  @Option(
      names = "--token-audience",
      paramLabel = "AUDIENCE",
      description =
          "It may have OpenID Connect tokens for this audience (Vault, a cloud). May be repeated.")
  private List<String> tokens;

  @Option(
      names = "--token-seconds",
      paramLabel = "SECONDS",
      description = "Longest life of those tokens: 600, or up to 3540.")
  private Long tokenSeconds;

  /**
   * The registration's member, or null where nothing was asked for.
   *
   * @throws IllegalArgumentException if the options do not go together
   */
  Svids permitted() {
    if (!x509 && !wit && jwt == null && tokens == null && tokenSeconds == null) {
      return null;
    }
    return new Svids(x509 ? true : null, wit ? true : null, jwt, tokens, tokenSeconds);
  }
}

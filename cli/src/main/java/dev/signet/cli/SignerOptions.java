// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Who may have signed: pinned keys, keyless signers, or both. */
final class SignerOptions {
  @Option(
      names = "--signer",
      paramLabel = "FILE",
      description =
          "A public key whose signature on statements counts, P-256 in PEM. May be repeated.")
  private List<Path> signers = new ArrayList<>();

  @ArgGroup(exclusive = false, multiplicity = "0..*")
  private List<Keyless> keyless = new ArrayList<>();

  /** One who signs with Sigstore. */
  static final class Keyless {
    @Option(
        names = "--identity",
        required = true,
        paramLabel = "ID",
        description =
            "A keyless signer whose signature counts: the name in his certificate, exactly. May be"
                + " repeated, each with its --issuer.")
    private String identity;

    @Option(
        names = "--issuer",
        required = true,
        paramLabel = "URL",
        description = "The OpenID provider that vouches for --identity.")
    private String issuer;

    @Option(
        names = "--claim",
        paramLabel = "NAME=VALUE",
        description =
            "What else the certificate of --identity must say of the build, such as"
                + " sourceRepositoryId, runnerEnvironment or buildSigner. May be repeated.")
    private Map<String, String> claims = new TreeMap<>();
  }

  /** A usage failure if nobody is named: silence must not accept anybody. */
  void requireSomebody() throws CommandFailure {
    if (signers.isEmpty() && keyless.isEmpty()) {
      throw CommandFailure.usage(
          "expected --signer FILE, or --identity ID with its --issuer URL: who may have signed?");
    }
  }

  /** Whether there is one who signs with Sigstore. */
  boolean anyKeyless() {
    return !keyless.isEmpty();
  }

  List<PublicJwk> keys() throws CommandFailure, IOException {
    return keys(signers);
  }

  static List<PublicJwk> keys(List<Path> files) throws CommandFailure, IOException {
    List<PublicJwk> keys = new ArrayList<>();
    for (Path file : files) {
      try {
        keys.add(KeyFiles.readPublic(file));
      } catch (KeyFormatException e) {
        throw CommandFailure.usage(file + ": " + e.getMessage());
      }
    }
    return keys;
  }

  List<SignerIdentity> identities() throws CommandFailure {
    List<SignerIdentity> identities = new ArrayList<>();
    for (Keyless k : keyless) {
      try {
        identities.add(new SignerIdentity(k.issuer, k.identity, new TreeMap<>(k.claims)));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage("--identity: " + e.getMessage());
      }
    }
    return identities;
  }

  /**
   * The policy for reference statements.
   *
   * @param trustedRoot a file, or null; nothing of Sigstore is loaded without keyless signers
   */
  SignerPolicy policy(Path trustedRoot) throws CommandFailure, IOException {
    requireSomebody();
    if (keyless.isEmpty() != (trustedRoot == null)) {
      throw CommandFailure.usage(
          "expected --trusted-root FILE with --identity and not without, got one of them");
    }
    return keyless.isEmpty()
        ? SignerPolicy.pinned(keys())
        : SignerPolicy.keyless(keys(), identities(), root(trustedRoot));
  }

  static TrustedRoot root(Path file) throws CommandFailure, IOException {
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage("expected a file at " + file + ", got a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return TrustedRoot.parse(in.readNBytes(TrustedRoot.MAX_BYTES + 1));
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(file + ": " + e.getMessage());
    }
  }
}

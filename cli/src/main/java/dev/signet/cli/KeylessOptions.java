// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.measurements.keyless.IdentityToken;
import dev.signet.measurements.keyless.IdentityTokens;
import dev.signet.measurements.keyless.KeylessSigner;
import dev.signet.measurements.keyless.SigningConfig;
import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.MalformedMessageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Signing with Sigstore: where it is, and as whom. */
final class KeylessOptions {
  @Option(
      names = "--keyless",
      required = true,
      description = "Sign as the CI job that this is, with Sigstore.")
  private boolean keyless;

  @Option(
      names = "--signing-config",
      required = true,
      paramLabel = "FILE",
      description = "Where the Sigstore is: signing_config.v0.2.json.")
  private Path signingConfig;

  @Option(
      names = "--trusted-root",
      required = true,
      paramLabel = "FILE",
      description = "What is made must verify under it: trusted_root.json of the same Sigstore.")
  private Path trustedRoot;

  @Option(
      names = "--identity-token",
      paramLabel = "FILE",
      description = "An OpenID token with audience sigstore, where the job's environment has none.")
  private Path identityToken;

  KeylessSigner.Signed sign(byte[] statement, Invocation invocation)
      throws IOException, CommandFailure {
    TrustedRoot root = SignerOptions.root(trustedRoot);
    SigningConfig config;
    try {
      config =
          SigningConfig.parse(InputFile.read(signingConfig, SigningConfig.MAX_BYTES, invocation));
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(signingConfig + ": " + e.getMessage());
    }
    try {
      KeylessSigner signer =
          new KeylessSigner(config, root, invocation.clock(), invocation.random().get());
      return signer.sign(statement, token(invocation));
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage(e.getMessage());
    } catch (IOException e) {
      throw CommandFailure.unavailable("signing failed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.unavailable("interrupted", e);
    }
  }

  private IdentityToken token(Invocation invocation)
      throws IOException, CommandFailure, InterruptedException {
    try {
      if (identityToken != null) {
        byte[] text = InputFile.read(identityToken, IdentityToken.MAX_CHARS, invocation);
        return IdentityToken.parse(new String(text, StandardCharsets.US_ASCII));
      }
      return IdentityTokens.ofJob(invocation.environment())
          .orElseThrow(
              () ->
                  CommandFailure.usage(
                      "expected an OpenID token: --identity-token FILE, SIGSTORE_ID_TOKEN, or in"
                          + " GitHub Actions the permission id-token: write"));
    } catch (MalformedMessageException e) {
      throw CommandFailure.usage("identity token: " + e.getMessage());
    }
  }
}

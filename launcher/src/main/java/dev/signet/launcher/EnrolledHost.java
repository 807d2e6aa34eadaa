// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * What a host keeps of its enrolment, in {@code enrollment.json} of the state directory.
 *
 * @param version of this file's form, 1
 * @param verifier the verifier's id; evidence is made for it and no other
 * @param url where the verifier is
 * @param pin SHA-256 of the verifier's public key, or null where {@code authorities} is given
 * @param authorities path of a PEM file, or null where {@code pin} is given
 * @param tpm address of the TPM, as given at enrolment
 * @param akName 34 bytes
 * @param approvalKey under which request keys are sealed
 */
public record EnrolledHost(
    int version,
    HostId host,
    String verifier,
    URI url,
    Digest pin,
    String authorities,
    String tpm,
    Bytes akName,
    PublicJwk approvalKey) {
  private static final String FILE = "enrollment.json";
  static final int VERSION = 1;

  public EnrolledHost {
    if (version != VERSION) {
      throw new IllegalArgumentException("version: expected 1, got " + version);
    }
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(verifier, "verifier");
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(tpm, "tpm");
    Objects.requireNonNull(akName, "akName");
    Objects.requireNonNull(approvalKey, "approvalKey");
    if (!VerifierClient.isBase(url)) {
      throw new IllegalArgumentException("url: expected https://host:port, got " + url);
    }
    if ((pin == null) == (authorities == null)) {
      throw new IllegalArgumentException("expected one of pin and authorities");
    }
  }

  /** Whom to take for the verifier. */
  public ServerTrust trust() {
    return pin != null
        ? new ServerTrust.Pin(pin)
        : new ServerTrust.Authorities(Path.of(authorities));
  }

  /**
   * @throws IOException if the host was not enrolled or the file is damaged; the message says what
   *     to do
   */
  public static EnrolledHost load(Path stateDirectory) throws IOException {
    Path file = stateDirectory.resolve(FILE);
    if (!Files.exists(file)) {
      throw new IOException(
          "this host is not enrolled (" + file + " is missing): run `signet enroll` first");
    }
    byte[] json = Files.readAllBytes(file);
    try {
      return StrictJson.decode(json, EnrolledHost.class, Limits.SMALL_MESSAGE_BYTES);
    } catch (MalformedMessageException e) {
      throw new IOException(file + " is damaged (" + e.getMessage() + "): enrol again", e);
    }
  }

  void save(Path stateDirectory) throws IOException {
    Path temporary =
        Files.createTempFile(
            stateDirectory,
            "enrollment",
            ".tmp",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(temporary, StrictJson.encode(this));
    Files.move(temporary, stateDirectory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }
}

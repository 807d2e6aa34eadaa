// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.ImageSource;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** An image in a registry. */
public final class RegistryImage implements ImageSource {
  private final RegistryRepository repository;

  private RegistryImage(RegistryRepository repository) {
    this.repository = repository;
  }

  /** Asks nothing yet. A registry on this machine is asked by http, every other one by https. */
  public static RegistryImage of(
      ImageReference.InRegistry image, Optional<RegistryCredentials> credentials) {
    return new RegistryImage(RegistryRepository.of(image.repository(), credentials));
  }

  static RegistryImage of(
      ImageReference.InRegistry image,
      Optional<RegistryCredentials> credentials,
      Duration patience,
      SSLContext tls) {
    return new RegistryImage(RegistryRepository.of(image.repository(), credentials, patience, tls));
  }

  @Override
  public InputStream index() throws IOException {
    throw new IOException("a registry is asked for an image by its digest only");
  }

  @Override
  public InputStream manifest(Digest digest) throws IOException {
    return repository.manifest(digest);
  }

  @Override
  public InputStream blob(Digest digest) throws IOException {
    return repository.blob(digest);
  }

  @Override
  public void close() {
    repository.close();
  }
}

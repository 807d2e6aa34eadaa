// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * Where an image's parts are. Nothing that it gives is believed: {@link ImageRuler} checks every
 * byte. Only what is not there, or cannot be read, is an exception.
 */
public interface ImageSource extends Closeable {
  /**
   * The list of images here.
   *
   * @throws IOException if there is none, or it cannot be read
   */
  InputStream index() throws IOException;

  /**
   * A manifest or an index.
   *
   * @throws java.nio.file.NoSuchFileException if it is not here
   */
  InputStream manifest(Digest digest) throws IOException;

  /**
   * A configuration or a layer.
   *
   * @throws java.nio.file.NoSuchFileException if it is not here
   */
  InputStream blob(Digest digest) throws IOException;
}

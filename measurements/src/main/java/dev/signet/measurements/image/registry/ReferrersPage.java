// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A page of the list of what says that it belongs to a manifest: an image index, as it came.
 *
 * @param list which one, below the repository
 * @param index its bytes, of any length
 * @param next query of the page that follows, if one does
 */
public record ReferrersPage(String list, InputStream index, Optional<String> next)
    implements Closeable {
  @Override
  public void close() throws IOException {
    index.close();
  }
}

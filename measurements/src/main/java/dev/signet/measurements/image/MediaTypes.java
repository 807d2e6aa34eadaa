// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.util.Set;

/** The names of an image's parts in both families (OCI image specification 1.1, Docker v2.2). */
final class MediaTypes {
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

  static final Set<String> MANIFESTS =
      Set.of(OCI_MANIFEST, "application/vnd.docker.distribution.manifest.v2+json");

  static final Set<String> INDEXES =
      Set.of(
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");

  static final Set<String> CONFIGS =
      Set.of(OCI_CONFIG, "application/vnd.docker.container.image.v1+json");

  static final Set<String> TAR_LAYERS =
      Set.of(OCI_LAYER, "application/vnd.docker.image.rootfs.diff.tar");

  static final Set<String> GZIP_LAYERS =
      Set.of(
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.docker.image.rootfs.diff.tar.gzip");

  private MediaTypes() {}
}

// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.StrictJson;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The three forms in which the Workload API gives a trust domain's bundle. Each holds only the keys
 * of its use; some clients read whatever stands there.
 */
final class Bundles {
  private Bundles() {}

  /** {@code X509BundlesResponse}. */
  static byte[] x509(String trustDomain, SpiffeBundle bundle) {
    ByteArrayOutputStream roots = new ByteArrayOutputStream();
    for (SpiffeBundle.Key key : bundle.keys()) {
      if (key.use().equals(SpiffeBundle.X509_SVID)) {
        roots.writeBytes(Base64.getDecoder().decode(key.x5c().getFirst()));
      }
    }
    return WorkloadMessages.x509Bundles(Map.of(name(trustDomain), roots.toByteArray()));
  }

  /** {@code JWTBundlesResponse}. */
  static byte[] jwt(String trustDomain, SpiffeBundle bundle) {
    return keys(trustDomain, bundle, SpiffeBundle.JWT_SVID);
  }

  /** {@code WITBundlesResponse}. */
  static byte[] wit(String trustDomain, SpiffeBundle bundle) {
    return keys(trustDomain, bundle, SpiffeBundle.WIT_SVID);
  }

  private static byte[] keys(String trustDomain, SpiffeBundle bundle, String use) {
    List<Map<String, String>> keys = new ArrayList<>();
    for (SpiffeBundle.Key key : bundle.keys()) {
      if (key.use().equals(use)) {
        Map<String, String> jwk = new LinkedHashMap<>();
        jwk.put("kty", key.kty());
        jwk.put("crv", key.crv());
        jwk.put("x", key.x().toBase64Url());
        jwk.put("y", key.y().toBase64Url());
        jwk.put("kid", key.kid());
        jwk.put("alg", "ES256");
        jwk.put("use", use);
        keys.add(jwk);
      }
    }
    byte[] set = StrictJson.encode(Map.of("keys", keys));
    return WorkloadMessages.keyBundles(Map.of(name(trustDomain), set));
  }

  private static String name(String trustDomain) {
    return "spiffe://" + trustDomain;
  }
}

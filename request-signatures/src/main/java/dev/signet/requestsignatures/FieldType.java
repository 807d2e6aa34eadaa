// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.Map;

/**
 * The structured type of a field, needed for the component parameters {@code sf} and {@code key}.
 */
public enum FieldType {
  ITEM,
  LIST,
  DICTIONARY;

  /** Fields whose types their own specifications fix. */
  public static final Map<String, FieldType> REGISTERED =
      Map.ofEntries(
          Map.entry("accept-signature", DICTIONARY),
          Map.entry("cache-status", LIST),
          Map.entry("client-cert", ITEM),
          Map.entry("client-cert-chain", LIST),
          Map.entry("content-digest", DICTIONARY),
          Map.entry("priority", DICTIONARY),
          Map.entry("proxy-status", LIST),
          Map.entry("repr-digest", DICTIONARY),
          Map.entry("signature", DICTIONARY),
          Map.entry("signature-input", DICTIONARY),
          Map.entry("want-content-digest", DICTIONARY),
          Map.entry("want-repr-digest", DICTIONARY));
}

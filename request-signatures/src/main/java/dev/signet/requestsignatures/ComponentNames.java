// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** Which component names there are (RFC 9421 sections 2.1 and 2.2). */
final class ComponentNames {
  static final String SIGNATURE_PARAMS = "@signature-params";

  private ComponentNames() {}

  static boolean isDerived(String name) {
    return !name.isEmpty() && name.charAt(0) == '@';
  }

  static void check(String name) throws Refusal {
    if (isDerived(name)) {
      switch (name) {
        case "@method",
            "@target-uri",
            "@authority",
            "@scheme",
            "@request-target",
            "@path",
            "@query",
            "@query-param",
            "@status" -> {}
        case SIGNATURE_PARAMS ->
            throw new Refusal(
                SignatureRefusal.SIGNATURE_PARAMS_COVERED,
                "@signature-params is signed in any case and must not be listed");
        default ->
            throw new Refusal(
                SignatureRefusal.UNKNOWN_COMPONENT, "no such derived component: " + name);
      }
    } else if (!isLowerCaseFieldName(name)) {
      throw new Refusal(
          SignatureRefusal.MALFORMED_COMPONENT, "not a field name in lower case: \"" + name + '"');
    }
  }

  /** A token of RFC 9110 section 5.6.2 without upper-case letters. */
  private static boolean isLowerCaseFieldName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!(c >= 'a' && c <= 'z' || HttpCharacters.isToken(c) && !(c >= 'A' && c <= 'Z'))) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}

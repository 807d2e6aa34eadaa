// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** Why a signature was not accepted, or a signature base cannot be made. */
public enum SignatureRefusal {
  /** Signature or Signature-Input is not a Dictionary of the right members. */
  MALFORMED_FIELD,
  /** A field, a count or a value is over its {@link SignatureLimits limit}. */
  LIMIT_EXCEEDED,
  /** A label comes twice in one of the fields (RFC 9421 section 4). */
  DUPLICATE_LABEL,
  /** A label stands in only one of Signature and Signature-Input (RFC 9421 section 4). */
  LABEL_MISMATCH,
  /** There are signatures, and none has the label asked for. */
  LABEL_NOT_FOUND,
  /** There are signatures, and none has the tag asked for. */
  TAG_NOT_FOUND,
  /** More than one signature has the tag asked for. */
  TAG_AMBIGUOUS,
  /** The member of Signature-Input is not written in its one canonical form. */
  NOT_CANONICAL,
  /** A signature parameter is of the wrong type, such as {@code created="1"}. */
  WRONG_PARAMETER_TYPE,
  /** A component's name is not a String, not in lower case, or no field name. */
  MALFORMED_COMPONENT,
  /** A derived component that RFC 9421 does not define. */
  UNKNOWN_COMPONENT,
  /** {@code @signature-params} among the covered components. */
  SIGNATURE_PARAMS_COVERED,
  /** A component parameter that is unknown, of the wrong type, or not for this component. */
  UNKNOWN_COMPONENT_PARAMETER,
  /** Component parameters that exclude one another, such as {@code bs} and {@code sf}. */
  INCOMPATIBLE_COMPONENT_PARAMETERS,
  /** A component is covered twice. */
  DUPLICATE_COMPONENT,
  /** A covered field, dictionary member or query parameter is not in the message. */
  MISSING_COMPONENT,
  /** A covered query parameter comes more than once in the query. */
  AMBIGUOUS_QUERY_PARAMETER,
  /** A component does not exist on this kind of message: {@code ;req} or {@code @status} here. */
  WRONG_MESSAGE_KIND,
  /** {@code sf} or {@code key} on a field whose structured type is not known. */
  UNKNOWN_FIELD_TYPE,
  /** A component's value cannot be in a signature base: control or non-ASCII characters. */
  MALFORMED_VALUE,
  /** {@code alg} is another algorithm than the key's. */
  ALGORITHM_MISMATCH,
  /** The signature has the wrong length, or r or s is not in 1 to n-1. */
  MALFORMED_SIGNATURE,
  /** The signature is well-formed and not this key's over this message. */
  BAD_SIGNATURE
}

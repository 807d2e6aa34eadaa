/**
 * Is it authentic? Pure functions from evidence to types that only this package can make. Knows no
 * policy: whether what is authentic is also acceptable is decided in {@code appraisal}.
 */
package dev.signet.verifier.verification;

/** Who signed a request, and for what, as its Signature Version 4 header says. The signature itself is not verified. */
export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name of the service, e.g. `dynamodb` or `secretsmanager`. */
  readonly service: string;
}

/** Credential of a request's `Authorization` header; `undefined` for one that is not signed in this way. */
export const credentialOf = (request: {
  readonly headers: { readonly authorization?: string | undefined };
}): Credential | undefined => {
  const scope = /^AWS4-HMAC-SHA256\s.*?Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? '',
  );
  const [, accessKeyId, region, service] = scope ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
};

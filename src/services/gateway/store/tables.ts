/** Columns of the gateway's tables as rows come back. */
export interface ApplicationRow {
  readonly app_id: string;
  readonly name: string;
  readonly access_mode: string;
  readonly status: string;
  readonly callback_url: string | null;
  readonly subscriptions: string;
  readonly attributes: string;
  readonly asid: string | null;
  readonly jwks: string | null;
  readonly jwks_url: string | null;
  readonly live_stage: string;
  readonly registration: string | null;
  readonly created_at: number;
}

export interface ApiKeyRow {
  readonly api_key: string;
  readonly app_id: string;
  readonly secret_salt: string;
  readonly secret_hash: string;
  readonly status: string;
  readonly created_at: number;
}

export interface TokenRow {
  readonly hash: string;
  readonly app_id: string;
  readonly chain_id: string | null;
  readonly facts: string;
  readonly issued_at: number;
  readonly expires_at: number;
}

export interface Tables {
  gateway_application: ApplicationRow;
  gateway_api_key: ApiKeyRow;
  gateway_jwks_cache: { url: string; body: string; fetched_at: number };
  gateway_jti: { hash: string; spent_at: number };
  gateway_authorization: {
    state: string;
    app_id: string;
    token_server: string;
    client_state: string;
    expires_at: number;
    sign_in: string | null;
  };
  gateway_code: { hash: string; app_id: string; log_on: string; expires_at: number };
  gateway_log_on: { chain_id: string; app_id: string; sid: string | null; log_on: string; started_at: number; refreshable_until: number };
  gateway_token: TokenRow;
  gateway_refresh_token: { hash: string; app_id: string; chain_id: string; refresh_count: number; expires_at: number };
}

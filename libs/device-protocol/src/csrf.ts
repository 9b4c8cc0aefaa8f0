/** Header of a `/v1` request in which the device shows the token that `setCsrf` gave it; lower case. */
export const csrfHeaderName = 'coffer-csrf';

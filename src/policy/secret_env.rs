//! Variables that are known to carry secrets, or whose names say so. `status` names those that the
//! command can see; nothing is decided by these tables.

/// A variable that carries a secret.
#[derive(Debug)]
pub struct Secret {
    /// The name; it may end in `*`.
    pub name: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const fn secret(name: &'static str, source: &'static str) -> Secret {
    Secret { name, source }
}

/// Variables whose names alone would not tell.
pub const SECRETS: &[Secret] = &[
    secret(
        "AWS_SESSION_TOKEN",
        "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html",
    ),
    secret(
        "AWS_ACCESS_KEY_ID",
        "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html",
    ),
    secret("DATABASE_URL", "https://www.prisma.io/docs/orm/reference/connection-urls"),
    secret("DOCKER_AUTH_CONFIG", "https://docs.gitlab.com/ci/docker/using_docker_images/"),
    secret(
        "GOOGLE_APPLICATION_CREDENTIALS_JSON",
        "https://cloud.google.com/docs/authentication/application-default-credentials",
    ),
    secret("MONGODB_URI", "https://www.mongodb.com/docs/manual/reference/connection-string/"),
    secret("MONGO_URL", "https://www.mongodb.com/docs/manual/reference/connection-string/"),
    secret("MYSQL_PWD", "https://dev.mysql.com/doc/refman/8.4/en/environment-variables.html"),
    secret("PGPASSFILE", "https://www.postgresql.org/docs/current/libpq-envars.html"),
    secret("PGPASSWORD", "https://www.postgresql.org/docs/current/libpq-envars.html"),
    secret("REDISCLI_AUTH", "https://redis.io/docs/latest/develop/tools/cli/"),
    secret("REDIS_URL", "https://redis.io/docs/latest/develop/tools/cli/"),
    secret("SENTRY_DSN", "https://docs.sentry.io/concepts/key-terms/dsn-explainer/"),
    secret("SSHPASS", "https://man.archlinux.org/man/sshpass.1"),
    secret(
        "CARGO_REGISTRIES_*",
        "https://doc.rust-lang.org/cargo/reference/config.html#credentials",
    ),
    secret("PIP_INDEX_URL", "https://pip.pypa.io/en/stable/topics/authentication/"),
    secret("UV_INDEX_URL", "https://docs.astral.sh/uv/concepts/authentication/http/"),
    secret("npm_config__auth", "https://docs.npmjs.com/cli/configuring-npm/npmrc"),
];

/// Words between underscores that name a secret.
const WORDS: &[&str] = &[
    "APIKEY",
    "AUTHKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PAT",
    "PWD",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "TOKENS",
];

/// What stands before `KEY` in the name of a secret; other keys are names of things.
const KINDS_OF_KEY: &[&str] = &[
    "ACCESS",
    "ACCOUNT",
    "API",
    "AUTH",
    "DEPLOY",
    "ENCRYPTION",
    "MASTER",
    "PRIVATE",
    "SECRET",
    "SIGNING",
];

/// Whether a variable of this name carries a secret, as far as names tell.
pub fn is_secret(name: &str) -> bool {
    let by_name = |row: &Secret| super::fits(row.name.as_bytes(), name.as_bytes());
    if SECRETS.iter().any(by_name) {
        return true;
    }
    let upper = name.to_ascii_uppercase();
    // The shell's own working directories.
    if matches!(upper.as_str(), "PWD" | "OLDPWD") {
        return false;
    }
    let words: Vec<&str> = upper.split('_').collect();
    let is_key = |pair: &[&str]| pair[1] == "KEY" && KINDS_OF_KEY.contains(&pair[0]);
    words.iter().any(|word| WORDS.contains(word)) || words.windows(2).any(is_key)
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names_that_tell() {
        for name in [
            "GITHUB_TOKEN",
            "OPENAI_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "DB_PASSWORD",
            "MYSQL_PWD",
            "CARGO_REGISTRIES_ACME_TOKEN",
            "AZURE_CLIENT_SECRET",
            "github_pat",
            "STRIPE_SECRET",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "PWD",
            "OLDPWD",
            "PATH",
            "KEYBOARD",
            "SSH_KEY_PATH",
            "TOKENIZERS_PARALLELISM",
            "KEY",
            "PASSAGE",
            "COMPASS_HOME",
            "HISTFILE",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}

//! Variables that name a place of secrets which is otherwise in the home. What they name is hidden as
//! that place is.

/// A variable.
#[derive(Clone, Copy, Debug)]
pub struct SecretVariable {
    /// Its name.
    pub variable: &'static str,
    /// What is hidden below the directory that it names; empty for all that it names.
    pub below: &'static str,
    /// The place of the home whose part it takes.
    pub usual: &'static str,
    /// What is there.
    pub reason: &'static str,
}

const fn row(
    variable: &'static str,
    below: &'static str,
    usual: &'static str,
    reason: &'static str,
) -> SecretVariable {
    SecretVariable { variable, below, usual, reason }
}

const CLOUD: &str = "cloud credentials";
const HISTORY: &str = "history of what was typed";

/// The table. Several names may stand in a value, with a colon between.
pub const VARIABLES: &[SecretVariable] = &[
    row("KUBECONFIG", "", ".kube", "cluster credentials"),
    row("TALOSCONFIG", "", ".talos", "cluster credentials"),
    row("AWS_SHARED_CREDENTIALS_FILE", "", ".aws", CLOUD),
    row("AWS_CONFIG_FILE", "", ".aws", CLOUD),
    row("AWS_WEB_IDENTITY_TOKEN_FILE", "", ".aws", CLOUD),
    row("AZURE_CONFIG_DIR", "", ".azure", CLOUD),
    row("CLOUDSDK_CONFIG", "", ".config/gcloud", CLOUD),
    row("GOOGLE_APPLICATION_CREDENTIALS", "", ".config/gcloud", CLOUD),
    row("OCI_CLI_CONFIG_FILE", "", ".oci", CLOUD),
    row("KAGGLE_CONFIG_DIR", "", ".kaggle", CLOUD),
    row("HF_TOKEN_PATH", "", ".cache/huggingface/token", CLOUD),
    row("HF_HOME", "token", ".cache/huggingface/token", CLOUD),
    row("HF_HOME", "stored_tokens", ".cache/huggingface/stored_tokens", CLOUD),
    row("TF_CLI_CONFIG_FILE", "", ".terraformrc", CLOUD),
    row("BOTO_CONFIG", "", ".boto", "storage credentials"),
    row("RCLONE_CONFIG", "", ".config/rclone", "storage credentials"),
    row("GNUPGHOME", "", ".gnupg", "private keys"),
    row("SOPS_AGE_KEY_FILE", "", ".config/sops", "private keys"),
    row("STEPPATH", "", ".step", "private keys"),
    row("CAROOT", "", ".local/share/mkcert", "private key of an authority that browsers trust"),
    row("PASSWORD_STORE_DIR", "", ".password-store", "password manager"),
    row("ANSIBLE_VAULT_PASSWORD_FILE", "", ".vault-token", "passwords"),
    row("NETRC", "", ".netrc", "passwords"),
    row("PGPASSFILE", "", ".pgpass", "database passwords"),
    row("PGSERVICEFILE", "", ".pg_service.conf", "database passwords"),
    row("MYSQL_TEST_LOGIN_FILE", "", ".mylogin.cnf", "database passwords"),
    row("DBT_PROFILES_DIR", "profiles.yml", ".dbt", "database passwords"),
    row("CARGO_HOME", "credentials.toml", ".cargo/credentials*", "publishing token"),
    row("CARGO_HOME", "credentials", ".cargo/credentials*", "publishing token"),
    row("GH_CONFIG_DIR", "hosts.yml", ".config/gh/hosts.yml", "GitHub token"),
    row("GLAB_CONFIG_DIR", "", ".config/glab-cli", "GitLab token"),
    row("DOCKER_CERT_PATH", "key.pem", ".docker/key.pem", "private keys"),
    row("HISTFILE", "", ".bash_history", HISTORY),
    row("LESSHISTFILE", "", ".lesshst", HISTORY),
    row("PYTHON_HISTORY", "", ".python_history", HISTORY),
    row("NODE_REPL_HISTORY", "", ".node_repl_history", HISTORY),
    row("PSQL_HISTORY", "", ".psql_history", HISTORY),
    row("MYSQL_HISTFILE", "", ".mysql_history", HISTORY),
    row("SQLITE_HISTORY", "", ".sqlite_history", HISTORY),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::policy::Os;
    use crate::policy::home::{Treatment, find, rows_on};

    /// Each takes the part of a place that jails do not have.
    #[test]
    fn every_usual_place_is_hidden() {
        for row in VARIABLES {
            let by_path = find(Os::Linux, Path::new(row.usual));
            let by_row = rows_on(Os::Linux).find(|known| known.path == row.usual);
            let known = by_path.or(by_row).unwrap_or_else(|| panic!("{}", row.usual));
            assert_eq!(known.treatment, Treatment::Hidden, "{}", row.usual);
        }
    }
}

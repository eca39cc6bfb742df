//! `@secrets`: names of files that hold secrets by custom, for `--mask`.

/// A row of the preset.
#[derive(Debug)]
pub struct Row {
    /// A glob, as in `.gitignore`.
    pub glob: &'static str,
    /// What such files are.
    pub reason: &'static str,
}

const fn row(glob: &'static str, reason: &'static str) -> Row {
    Row { glob, reason }
}

const SETTINGS: &str = "secrets of the application, dotenv";
const KEYS: &str = "private keys and key stores";
const CLOUD: &str = "credentials of a cloud";
const STATE: &str = "infrastructure: its state holds every secret in plain text";
const TOOLS: &str = "logins of package managers and tools";
const FRAMEWORK: &str = "the key of a framework's encrypted settings";

/// What is masked.
pub const SECRETS: &[Row] = &[
    row(".env", SETTINGS),
    row(".env.*", SETTINGS),
    row("*.env", SETTINGS),
    row(".envrc.local", SETTINGS),
    row("secrets.json", SETTINGS),
    row("secrets.toml", SETTINGS),
    row("secrets.yml", SETTINGS),
    row("secrets.yaml", SETTINGS),
    row(".dev.vars", SETTINGS),
    row("*.pem", KEYS),
    row("*.key", KEYS),
    row("*.p12", KEYS),
    row("*.pfx", KEYS),
    row("*.jks", KEYS),
    row("*.keystore", KEYS),
    row("*.ppk", KEYS),
    row("*.kdbx", KEYS),
    row("*.asc.key", KEYS),
    row("id_rsa*", KEYS),
    row("id_dsa*", KEYS),
    row("id_ecdsa*", KEYS),
    row("id_ed25519*", KEYS),
    row("service-account*.json", CLOUD),
    row("service_account*.json", CLOUD),
    row("serviceAccount*.json", CLOUD),
    row("gcloud-key*.json", CLOUD),
    row("credentials.json", CLOUD),
    row("client_secret*.json", CLOUD),
    row("*-firebase-adminsdk-*.json", CLOUD),
    row("kubeconfig", CLOUD),
    row("*.kubeconfig", CLOUD),
    row("terraform.tfstate", STATE),
    row("terraform.tfstate.*", STATE),
    row("*.tfvars", STATE),
    row("*.tfvars.json", STATE),
    row(".vault-token", TOOLS),
    row(".vault_pass*", TOOLS),
    row(".htpasswd", TOOLS),
    row(".netrc", TOOLS),
    row(".pypirc", TOOLS),
    row(".git-credentials", TOOLS),
    row("master.key", FRAMEWORK),
    row("/config/credentials/*.key", FRAMEWORK),
];

/// What is not masked all the same.
pub const NOT_SECRET: &[Row] = &[
    row(".env.example", "a template without values"),
    row(".env.*.example", "a template without values"),
    row(".env.sample", "a template without values"),
    row(".env.template", "a template without values"),
    row(".env.dist", "a template without values"),
    row(".env.defaults", "a template without values"),
    row("example.env", "a template without values"),
    row("*.example.env", "a template without values"),
    row("*.pub", "public keys"),
    row("cacert.pem", "certificates of authorities, without which TLS fails"),
    row("ca-bundle.pem", "certificates of authorities, without which TLS fails"),
    // Package managers put these there, anew for everybody; what is in them is not the user's.
    row("node_modules/", "dependencies"),
    row(".venv/", "dependencies"),
    row("venv/", "dependencies"),
    row("site-packages/", "dependencies"),
    row(".tox/", "dependencies"),
    row("vendor/bundle/", "dependencies"),
];

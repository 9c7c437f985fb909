//! Secrets Manager: as much as a program that reads its secrets needs, and whoever fills them in.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    answer,
    error::EngineError,
    files,
    template::{GeneratedSecret, Secret, SecretValue, Template},
};

const SECRETS_FILE: &str = "secrets.json";

/// The secrets.
pub(crate) struct Secrets {
    stored: RwLock<Vec<Stored>>,
    /// Where they are kept, if they are.
    file: Option<PathBuf>,
}

struct Stored {
    name: String,
    arn: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSecretValue {
    secret_id: String,
    secret_string: String,
}

/// Why a secret was not replaced.
#[derive(Debug)]
pub(crate) enum PutError {
    /// There is none of this name.
    Unknown,
    /// It could not be kept.
    File(EngineError),
}

impl Secrets {
    /// Secrets made anew.
    pub(crate) fn memory(template: &Template) -> Result<Self, EngineError> {
        Ok(Self {
            stored: RwLock::new(Self::make(template, &mut BTreeMap::new())?),
            file: None,
        })
    }

    /// Secrets made once and kept in `folder`, in a file for its owner alone.
    pub(crate) fn on_disk(template: &Template, folder: &Path) -> Result<Self, EngineError> {
        let path = folder.join(SECRETS_FILE);
        let mut generated = files::read_json(&path)?.unwrap_or_default();
        let stored = Self::make(template, &mut generated)?;
        files::replace(&path, json!(generated).to_string().as_bytes())?;
        Ok(Self {
            stored: RwLock::new(stored),
            file: Some(path),
        })
    }

    /// Replaces the value of the secret with this name or ARN.
    pub(crate) fn put(&self, id: &str, value: &str) -> Result<(), PutError> {
        let mut stored = self.stored.write().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = stored.iter_mut();
        let secret = secrets.find(|secret| secret.arn == id || secret.name == id);
        secret.ok_or(PutError::Unknown)?.value = value.to_owned();
        let Some(path) = &self.file else {
            return Ok(());
        };
        let values: BTreeMap<&str, &str> = stored
            .iter()
            .map(|secret| (secret.name.as_str(), secret.value.as_str()))
            .collect();
        files::replace(path, json!(values).to_string().as_bytes()).map_err(PutError::File)
    }

    /// `generated` holds what was made at random before, and takes up what is made now.
    fn make(
        template: &Template,
        generated: &mut BTreeMap<String, String>,
    ) -> Result<Vec<Stored>, EngineError> {
        template
            .secrets
            .iter()
            .map(|secret| {
                let value = match &secret.value {
                    SecretValue::Fixed(text) => text.clone(),
                    SecretValue::Generated(rules) => match generated.get(&secret.name) {
                        Some(value) => value.clone(),
                        None => {
                            let value = generate(secret, rules)?;
                            generated.insert(secret.name.clone(), value.clone());
                            value
                        }
                    },
                };
                Ok(Stored {
                    name: secret.name.clone(),
                    arn: secret.arn(),
                    value,
                })
            })
            .collect()
    }

    /// Answers one request.
    pub(crate) fn answer(&self, operation: &str, body: &[u8]) -> Response<Bytes> {
        match operation {
            "GetSecretValue" => self.answer_get(body),
            "PutSecretValue" => self.answer_put(body),
            _ => answer::unknown_operation(operation),
        }
    }

    fn answer_get(&self, body: &[u8]) -> Response<Bytes> {
        let Ok(request) = serde_json::from_slice::<GetSecretValue>(body) else {
            return answer::refusal("InvalidParameterException", "SecretId is required");
        };
        let id = request.secret_id;
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = stored.iter();
        match secrets.find(|secret| secret.arn == id || secret.name == id) {
            Some(secret) => answer::json(
                StatusCode::OK,
                json!({
                    "ARN": secret.arn,
                    "Name": secret.name,
                    "SecretString": secret.value,
                    "VersionId": "00000000-0000-0000-0000-000000000001",
                    "VersionStages": ["AWSCURRENT"],
                })
                .to_string(),
            ),
            None => unknown_secret(),
        }
    }

    fn answer_put(&self, body: &[u8]) -> Response<Bytes> {
        let Ok(request) = serde_json::from_slice::<PutSecretValue>(body) else {
            return answer::refusal(
                "InvalidParameterException",
                "SecretId and SecretString are required",
            );
        };
        match self.put(&request.secret_id, &request.secret_string) {
            Ok(()) => answer::json(
                StatusCode::OK,
                json!({ "Name": request.secret_id }).to_string(),
            ),
            Err(PutError::Unknown) => unknown_secret(),
            Err(PutError::File(error)) => answer::internal_failure(&error.to_string()),
        }
    }
}

fn unknown_secret() -> Response<Bytes> {
    answer::refusal(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )
}

fn generate(secret: &Secret, rules: &GeneratedSecret) -> Result<String, EngineError> {
    let text = random_text(rules).map_err(|source| EngineError::Secret {
        secret: secret.name.clone(),
        source,
    })?;
    let Some((template, key)) = &rules.template else {
        return Ok(text);
    };
    let mut object = template.clone();
    object.insert(key.clone(), Value::String(text));
    Ok(Value::Object(object).to_string())
}

/// Every character of the alphabet is as likely as any other: bytes beyond the last whole multiple
/// of its length are thrown away.
fn random_text(rules: &GeneratedSecret) -> Result<String, getrandom::Error> {
    let alphabet: Vec<char> = rules.alphabet.chars().collect();
    let usable = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(rules.length);
    let mut bytes = [0_u8; 64];
    let mut count = 0;
    while count < rules.length {
        getrandom::fill(&mut bytes)?;
        for byte in bytes.map(usize::from) {
            if byte < usable && count < rules.length {
                text.push(alphabet[byte % alphabet.len()]);
                count += 1;
            }
        }
    }
    Ok(text)
}

//! S3 buckets.

use super::{error::TemplateError, names, properties::Properties};

/// An S3 bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its id in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
}

impl Bucket {
    /// Its ARN.
    pub fn arn(&self) -> String {
        names::bucket_arn(&self.name)
    }

    pub(super) fn read(
        logical_id: String,
        name: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        // Objects are kept and served, and that is all a bucket does here. The page that uploads is
        // served from the same origin, so the rules for other origins change nothing.
        properties.irrelevant(&[
            "AccessControl",
            "BucketEncryption",
            "BucketName",
            "CorsConfiguration",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "ObjectLockConfiguration",
            "ObjectLockEnabled",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        ]);
        properties.finish()?;
        Ok(Self { logical_id, name })
    }
}

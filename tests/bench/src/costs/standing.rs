//! What stands in the template and costs by the month, whether or not anybody comes.
//!
//! The engines pass over what matters on AWS alone, so that this reads the template's text: resources
//! stand two spaces in, as everything in that file does.

use std::collections::BTreeSet;

/// How many of what there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) secrets: u64,
    /// The metrics that alarms watch: an alarm costs by the metric.
    pub(super) alarm_metrics: u64,
    pub(super) dashboards: u64,
    /// The metrics that are counted from logs.
    pub(super) log_metrics: u64,
    /// Encryption keys of our own.
    pub(super) keys: u64,
}

/// Counts what stands in the template `text`.
pub(super) fn of(text: &str) -> Standing {
    let mut standing = Standing::default();
    let mut log_metrics = BTreeSet::new();
    for resource in resources(text) {
        match kind_of(&resource) {
            "AWS::SecretsManager::Secret" => standing.secrets += 1,
            "AWS::CloudWatch::Alarm" => standing.alarm_metrics += metrics_of_alarm(&resource),
            "AWS::CloudWatch::Dashboard" => standing.dashboards += 1,
            "AWS::KMS::Key" => standing.keys += 1,
            "AWS::Logs::MetricFilter" => log_metrics.extend(metric_names(&resource)),
            _ => {}
        }
    }
    standing.log_metrics = log_metrics.len() as u64;
    standing
}

/// The lines of each resource, or of each entry of another section.
fn resources(text: &str) -> Vec<Vec<&str>> {
    let mut resources: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        let is_entry = line.starts_with("  ")
            && line[2..].starts_with(|first: char| first.is_ascii_alphanumeric());
        if is_entry {
            resources.push(Vec::new());
        } else if let Some(resource) = resources.last_mut() {
            resource.push(line.trim());
        }
    }
    resources
}

fn kind_of<'a>(resource: &[&'a str]) -> &'a str {
    let mut kinds = resource
        .iter()
        .filter_map(|line| line.strip_prefix("Type: "));
    kinds.next().unwrap_or_default()
}

fn metrics_of_alarm(resource: &[&str]) -> u64 {
    let watched = resource
        .iter()
        .filter(|line| line.starts_with("MetricStat:"));
    // An alarm on one metric names it without this word.
    (watched.count() as u64).max(1)
}

fn metric_names(resource: &[&str]) -> Vec<String> {
    let names = resource.iter().filter_map(|line| {
        let (_, name) = line.split_once("MetricName: ")?;
        Some(name.trim_end_matches([',', ' ', '}']).to_owned())
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Resources:
  Key:
    Type: AWS::KMS::Key
  Books:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: BooksDisagree

  Fails:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - Id: watched
        - Id: a
          MetricStat: { Stat: Sum, Metric: {} }
        - Id: b
          MetricStat: { Stat: Sum, Metric: {} }
  OneFilter:
    Type: AWS::Logs::MetricFilter
    Properties:
      MetricTransformations:
        - { MetricNamespace: Planet, MetricName: BooksDisagree,
            MetricValue: \"1\", DefaultValue: 0 }
  AnotherFilter:
    Type: AWS::Logs::MetricFilter
    Properties:
      MetricTransformations:
        - MetricName: BooksDisagree
  Secret:
    Type: AWS::SecretsManager::Secret
  Board:
    Type: AWS::CloudWatch::Dashboard
Outputs:
  Address:
    Value: nowhere
";

    #[test]
    fn an_alarm_costs_by_the_metric_and_a_metric_once() {
        let expected = Standing {
            secrets: 1,
            alarm_metrics: 3,
            dashboards: 1,
            log_metrics: 1,
            keys: 1,
        };
        assert_eq!(of(TEMPLATE), expected);
    }
}

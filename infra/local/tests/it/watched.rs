//! What can go wrong is watched: each queue, function, table and log of the template has its alarm or
//! is counted in one, and what a deployment is rolled back by is there.
//!
//! The alarms are read as text, since nothing that runs here needs them and the reader of the template
//! does not look into them.

use std::collections::BTreeMap;

use engines::template::{Function, Parameters, Template};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
const TEXT: &str = include_str!("../../../../template.yaml");

/// The headings of the runbook that alarms lead to.
const HEADINGS: [&str; 10] = [
    "a-function-fails",
    "a-function-is-throttled",
    "a-queue-is-late",
    "a-stream-is-late",
    "a-table-throttles",
    "dead-letters",
    "errors-in-the-log",
    "the-api-fails",
    "the-api-is-slow",
    "the-books-disagree",
];

fn template() -> Template {
    Template::read(PATH, &Parameters::default()).expect("the template is valid")
}

/// Every resource's lines, by its logical id.
type Resources = BTreeMap<&'static str, String>;

fn resources() -> Resources {
    let mut resources = Resources::new();
    let mut current = None;
    let lines = TEXT.lines().skip_while(|line| *line != "Resources:");
    for line in lines.take_while(|line| *line != "Outputs:") {
        let head = line
            .strip_prefix("  ")
            .and_then(|rest| rest.strip_suffix(':'));
        match (head, current) {
            (Some(name), _) if !name.starts_with([' ', '#']) => current = Some(name),
            (_, Some(name)) => {
                let text = resources.entry(name).or_default();
                text.push_str(line);
                text.push('\n');
            }
            (_, None) => {}
        }
    }
    resources
}

fn of_type(kind: &str) -> Resources {
    let line = format!("    Type: {kind}\n");
    let mut resources = resources();
    resources.retain(|_, text| text.contains(&line));
    resources
}

/// Whether some alarm watches the metric of this name with all of these dimensions.
fn is_watched(alarms: &Resources, metric: &str, dimensions: &[&str]) -> bool {
    let metric = [
        format!("MetricName: {metric},"),
        format!("MetricName: {metric}\n"),
    ];
    alarms.values().any(|alarm| {
        alarm.split("- Id: ").any(|part| {
            metric.iter().any(|metric| part.contains(metric))
                && dimensions.iter().all(|dimension| part.contains(dimension))
                && part.matches("Name: ").count() - 1 == dimensions.len()
        })
    })
}

fn is_api(function: &Function) -> bool {
    function.logical_id.ends_with("Api")
}

/// What comes after `label` in the first line of `text` that has it.
fn after<'text>(text: &'text str, label: &str) -> Option<&'text str> {
    text.lines()
        .find_map(|line| line.trim().strip_prefix(label))
}

#[test]
fn every_queue_has_an_alarm_that_names_it() {
    let template = template();
    let alarms = of_type("AWS::CloudWatch::Alarm");
    for queue in &template.queues {
        let name = &queue.logical_id;
        let is_dead = queue.redrive.is_none();
        let (alarm, metric, heading) = if is_dead {
            (
                format!("{name}Filled"),
                "ApproximateNumberOfMessagesVisible",
                "#dead-letters",
            )
        } else {
            (
                format!("{name}IsLate"),
                "ApproximateAgeOfOldestMessage",
                "#a-queue-is-late",
            )
        };
        let alarm = alarms
            .get(alarm.as_str())
            .unwrap_or_else(|| panic!("{name} is not watched"));
        let dimension = format!("{{ Name: QueueName, Value: !GetAtt {name}.QueueName }}");
        for part in [metric, heading, &dimension] {
            assert!(alarm.contains(part), "{name}: {part}");
        }
        let threshold: u32 = after(alarm, "Threshold: ").unwrap().parse().unwrap();
        match queue.visibility_timeout_seconds {
            // A message that failed once is seen again only then, and that is no reason to wake anybody.
            Some(hidden) if !is_dead => assert!(threshold > hidden, "{name}"),
            _ => assert_eq!(threshold, 1, "{name}"),
        }
    }
}

#[test]
fn every_function_is_watched_for_failures_and_throttles() {
    let alarms = of_type("AWS::CloudWatch::Alarm");
    for function in &template().functions {
        let name = &function.logical_id;
        let dimension = format!("{{ Name: FunctionName, Value: !Ref {name} }}");
        let alias = format!("{{ Name: Resource, Value: !Sub \"${{{name}}}:live\" }}");
        let of_alias = [dimension.as_str(), alias.as_str()];
        assert!(
            is_watched(&alarms, "Errors", &[&dimension])
                || is_watched(&alarms, "Errors", &of_alias),
            "{name}"
        );
        assert!(is_watched(&alarms, "Throttles", &[&dimension]), "{name}");
        if !function.streams.is_empty() {
            assert!(is_watched(&alarms, "IteratorAge", &[&dimension]), "{name}");
        }
    }
}

#[test]
fn every_functions_errors_are_counted_from_its_log_and_watched() {
    let filters = of_type("AWS::Logs::MetricFilter");
    let alarms = of_type("AWS::CloudWatch::Alarm");
    for function in &template().functions {
        let group = format!("LogGroupName: !Ref {}Logs\n", function.logical_id);
        let mut own = filters.values().filter(|filter| filter.contains(&group));
        let filter = own
            .find(|filter| filter.contains("$.level"))
            .unwrap_or_else(|| panic!("{}'s errors are not counted", function.logical_id));
        let (_, metric) = filter.split_once("MetricName: ").unwrap();
        let (metric, _) = metric.split_once(',').unwrap();
        let name = format!("MetricName: {metric}");
        let mut watching = alarms.values().flat_map(|alarm| alarm.lines());
        assert!(
            watching.any(|line| line.split([',', '}']).any(|part| part.trim() == name)),
            "{metric}"
        );
    }
}

#[test]
fn every_table_and_index_is_watched_for_throttles() {
    let alarms = of_type("AWS::CloudWatch::Alarm");
    for table in &template().tables {
        let name = &table.logical_id;
        let dimension = format!("{{ Name: TableName, Value: !Ref {name} }}");
        for metric in ["ReadThrottleEvents", "WriteThrottleEvents"] {
            assert!(
                is_watched(&alarms, metric, &[&dimension]),
                "{name} {metric}"
            );
            for index in &table.indexes {
                let index = format!(
                    "{{ Name: GlobalSecondaryIndexName, Value: {} }}",
                    index.name
                );
                assert!(
                    is_watched(&alarms, metric, &[&dimension, &index]),
                    "{name} {index}"
                );
            }
        }
    }
}

#[test]
fn every_alarm_tells_somebody_what_it_means_and_sums_no_more_than_cloudwatch_can() {
    for (name, alarm) in of_type("AWS::CloudWatch::Alarm") {
        let (_, heading) = alarm
            .split_once("docs/runbook.md#")
            .unwrap_or_else(|| panic!("{name}"));
        let end = heading.find(['"', '\n']).unwrap();
        assert!(
            HEADINGS.contains(&&heading[..end]),
            "{name}: {}",
            &heading[..end]
        );
        for line in [
            "    Condition: IsWatched\n",
            "      AlarmActions: [!Ref Alarms]\n",
            "      OKActions: [!Ref Alarms]\n",
            "      TreatMissingData: notBreaching\n",
        ] {
            assert!(alarm.contains(line), "{name}: {line}");
        }
        assert!(alarm.matches("MetricStat:").count() <= 10, "{name}");
    }
}

#[test]
fn what_can_take_over_gradually_is_rolled_back_by_an_alarm_of_its_own() {
    let resources = resources();
    let role = &resources["DeploymentRole"];
    let alarms = of_type("AWS::CloudWatch::Alarm");
    for function in &template().functions {
        let name = &function.logical_id;
        let text = &resources[name.as_str()];
        let has_alias = text.contains("      AutoPublishAlias: live\n");
        assert_eq!(
            has_alias,
            is_api(function) || name == "Authorizer",
            "{name}"
        );
        if has_alias {
            let alarm = format!("{name}Fails");
            let line = format!("Alarms: !If [IsWatched, [!Ref {alarm}], [!Ref \"AWS::NoValue\"]]");
            assert!(text.contains(&line), "{name}");
            // A changed parameter reaches an alias with a new revision, any other setting by itself.
            assert!(
                text.contains("      AutoPublishCodeSha256: !Ref Revision\n"),
                "{name}"
            );
            assert!(
                text.contains("      AutoPublishAliasAllProperties: true\n"),
                "{name}"
            );
            assert!(
                alarms[alarm.as_str()].contains(&format!("${{{name}}}:live")),
                "{name}"
            );
            assert!(role.contains(&format!("!GetAtt {name}.Arn\n")), "{name}");
        }
    }
}

#[test]
fn every_function_is_built_in_its_contexts_folder() {
    let resources = resources();
    for function in &template().functions {
        let folder = format!("functions/{}", function.binary);
        let code = after(&resources[function.logical_id.as_str()], "CodeUri: ");
        assert_eq!(code, Some(folder.as_str()), "{}", function.logical_id);
        let manifest = format!("{}/../../{folder}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        assert!(std::path::Path::new(&manifest).exists(), "{manifest}");
    }
}

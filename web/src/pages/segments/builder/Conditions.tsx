/** Conditions one below the other, groups within groups; what is wrong stands beside its row. */
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFaultsAt } from "../faults";
import {
  type Condition,
  canShow,
  conditionsOf,
  GROUPS,
  type Group,
  isGroup,
  isMeasure,
  isMessage,
  type Kind,
  kindOf,
  renamed,
} from "../language";
import { Add } from "./Add";
import styles from "./builder.module.css";
import { Choice } from "./Choice";
import { Events } from "./Events";
import type { FieldsProps } from "./fields";
import { Consent, Fact, Reachable, Trait } from "./Person";
import { Sequence } from "./Sequence";
import { Member, Share } from "./Sets";

interface ConditionsProps {
  of: readonly Condition[];
  /** How they hold together. */
  by: Group;
  /** Where they stand in the segment: `where`, `where[1].any`. */
  path: string;
  onChange: (next: readonly Condition[]) => void;
}

export function Conditions({ of, by, path, onChange }: ConditionsProps) {
  const { t } = useTranslation("segments");
  return (
    <div className={styles.conditions}>
      {of.length ? (
        <ul className={styles.list}>
          {of.map((condition, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition is known by its place alone
            <Fragment key={n}>
              {n > 0 ? (
                <li aria-hidden className={styles.joiner}>
                  {t(by === "all" ? "and" : "or")}
                </li>
              ) : null}
              <Row
                of={condition}
                path={`${path}[${n}]`}
                onChange={(...next) => onChange(of.toSpliced(n, 1, ...next))}
              />
            </Fragment>
          ))}
        </ul>
      ) : null}
      <Add onAdd={(next) => onChange([...of, next])} primary={path === "where" && !of.length} />
    </div>
  );
}

interface RowProps {
  of: Condition;
  path: string;
  /** What stands in its place: nothing, itself, or several. */
  onChange: (...next: Condition[]) => void;
}

function Row({ of, path, onChange }: RowProps) {
  const kind = canShow(of) ? kindOf(of) : null;
  return (
    <li className={styles.row} data-path={path}>
      <div className={styles.line}>
        {kind === null ? (
          <Written of={of} />
        ) : isGroup(kind) ? (
          <Grouped of={of} kind={kind} path={path} onChange={onChange} />
        ) : (
          <div className={styles.fields}>
            <Fields of={of} kind={kind} onChange={onChange} />
          </div>
        )}
        <Tools of={of} kind={kind} onChange={onChange} />
      </div>
      <Wrong path={path} of={of} kind={kind} />
    </li>
  );
}

function Fields({ of, kind, onChange }: FieldsProps) {
  if (isMeasure(kind) || isMessage(kind)) {
    return <Events of={of} kind={kind} onChange={onChange} />;
  }
  switch (kind) {
    case "trait":
      return <Trait of={of} onChange={onChange} />;
    case "fact":
      return <Fact of={of} onChange={onChange} />;
    case "consent":
      return <Consent of={of} onChange={onChange} />;
    case "reachable":
      return <Reachable of={of} onChange={onChange} />;
    case "sequence":
      return <Sequence of={of} kind={kind} onChange={onChange} />;
    case "segment":
      return <Member of={of} onChange={onChange} />;
    default:
      return <Share of={of} onChange={onChange} />;
  }
}

interface GroupedProps extends RowProps {
  kind: Group;
}

function Grouped({ of, kind, path, onChange }: GroupedProps) {
  const { t } = useTranslation("segments");
  return (
    <fieldset className={styles.group} aria-label={t(`kind.${kind}`)}>
      <Choice
        label={t("kindOf")}
        data={GROUPS.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
        value={kind}
        onChange={(next) => onChange(renamed(of, kind, next))}
      />
      <Conditions
        of={conditionsOf(of[kind])}
        by={kind}
        path={`${path}.${kind}`}
        onChange={(next) => onChange({ ...of, [kind]: next })}
      />
    </fieldset>
  );
}

/** What the builder has no fields for is changed in the file. */
function Written({ of }: { of: Condition }) {
  const { t } = useTranslation("segments");
  return (
    <div className={styles.fields}>
      <code className={styles.written}>{JSON.stringify(of)}</code>
      <Link to="?view=yaml" replace>
        {t("inYaml")}
      </Link>
    </div>
  );
}

interface ToolsProps extends Omit<RowProps, "path"> {
  kind: Kind | null;
}

function Tools({ of, kind, onChange }: ToolsProps) {
  const { t } = useTranslation("segments");
  const inside = kind && isGroup(kind) ? conditionsOf(of[kind]) : null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("actions")}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onChange(of, of)}>{t("duplicate")}</Menu.Item>
        {GROUPS.map((group) => (
          <Menu.Item key={group} onClick={() => onChange({ [group]: [of] })}>
            {t("wrap", { group: t(`kind.${group}`) })}
          </Menu.Item>
        ))}
        {inside && kind !== "none" ? (
          <Menu.Item onClick={() => onChange(...inside)}>{t("unwrap")}</Menu.Item>
        ) : null}
        <Menu.Divider />
        <Menu.Item color="red" onClick={() => onChange()}>
          {t("remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Wrong({ path, of, kind }: { path: string; of: Condition; kind: Kind | null }) {
  const inside = kind && isGroup(kind) ? conditionsOf(of[kind]) : [];
  const faults = useFaultsAt(
    path,
    inside.map((_, n) => `${path}.${kind}[${n}]`),
  );
  return faults.map((fault) => (
    <p key={fault.where + fault.message} className={styles.fault} role="alert">
      {fault.message} {fault.fix}
    </p>
  ));
}

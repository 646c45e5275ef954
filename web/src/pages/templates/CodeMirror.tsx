/** A text editor for code: HTML, MJML or JSON, with Liquid completed as it is written. */
import { autocompletion, type CompletionContext, closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { offer } from "./completion";
import styles from "./edit.module.css";
import { useEditing } from "./editing";

interface CodeMirrorProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  language: "html" | "json";
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket, tags.propertyName], color: "var(--accent-ink)" },
  { tag: [tags.attributeName, tags.number, tags.bool], color: "var(--good)" },
  { tag: [tags.comment, tags.documentMeta], color: "var(--muted)" },
]);
const LANGUAGES = { html, json };

export default function CodeMirror({ label, value, onChange, language }: CodeMirrorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const { vocabulary, facts, entered, mayWrite } = useEditing();
  const latest = useRef({ onChange, vocabulary, facts, entered });
  latest.current = { onChange, vocabulary, facts, entered };
  const first = useRef(value);
  useEffect(() => {
    if (!place.current) {
      return;
    }
    const complete = (context: CompletionContext) => {
      const { vocabulary: known, facts: own } = latest.current;
      const before = context.state.sliceDoc(0, context.pos);
      const found = known ? offer(before, own, known) : null;
      return found && { from: found.from, options: found.words.map((word) => ({ label: word })) };
    };
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          closeBrackets(),
          LANGUAGES[language](),
          syntaxHighlighting(colours),
          autocompletion({ override: [complete] }),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.cspNonce.of(nonce),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorState.readOnly.of(!mayWrite),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              latest.current.onChange(update.state.doc.toString());
            }
            if (update.focusChanged && update.view.hasFocus) {
              latest.current.entered((words) => {
                made.dispatch(made.state.replaceSelection(words));
                made.focus();
              });
            }
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, language, mayWrite]);
  useEffect(() => {
    first.current = value;
    const shown = view.current;
    // What was undone, or another variant's.
    if (shown && shown.state.doc.toString() !== value) {
      shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
    }
  }, [value]);
  return <div ref={place} className={styles.code} />;
}

/** Buttons: one primary on a page, the rest quiet. 28 high, small 24; an ellipsis in the words means that a question follows. */
import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "./button.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: "primary" | "default" | "quiet" | "danger";
  readonly small?: boolean;
  readonly icon?: ReactNode;
}

export function Button({ kind = "default", small = false, icon, children, className, type = "button", ...rest }: Props) {
  const names = [styles.button, styles[kind], small && styles.small, className].filter(Boolean).join(" ");
  return (
    <button type={type} className={names} {...rest}>
      {icon}
      {children}
    </button>
  );
}

interface LinkProps {
  readonly href: string;
  readonly kind?: "primary" | "default";
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/** What looks like a button and is a document of the house, shown beside the page. */
export function DocumentLink({ href, kind = "default", icon, children }: LinkProps) {
  return (
    <a className={`${styles.button} ${styles.link} ${styles[kind] ?? ""}`} href={href} target="_blank" rel="noreferrer">
      {icon}
      {children}
    </a>
  );
}

/** A button of an icon alone; `label` is its name for everybody who does not see it, and its tip. */
export function IconButton({
  label,
  className,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly label: string }) {
  return (
    <button type="button" aria-label={label} title={label} className={[styles.icon, className].filter(Boolean).join(" ")} {...rest}>
      {children}
    </button>
  );
}

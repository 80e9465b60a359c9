/** What a device is to us, one of four, each with a sentence. */
import { ROLES, type Role } from "./layers";
import styles from "./role_choice.module.css";

interface Props {
  readonly legend: string;
  readonly role: Role;
  readonly words: Readonly<Record<Role, string>>;
  readonly className?: string;
  readonly onRole: (role: Role) => void;
}

export function RoleChoice({ legend, role, words, className = "", onRole }: Props) {
  return (
    <fieldset className={`${styles.roles} ${className}`}>
      <legend>{legend}</legend>
      {ROLES.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="role"
            checked={one === role}
            data-autofocus={one === role || undefined}
            onChange={() => onRole(one)}
          />
          <span>
            {one}
            <small>{words[one]}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
